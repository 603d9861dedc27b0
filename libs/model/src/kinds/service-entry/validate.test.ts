import { type Case, describeFull, describeVerdicts } from '../../testing/verdict.ts';

const ports = 'ports: [{ number: 80, name: http, protocol: HTTP }]';
const entry = (fields: string): string => `hosts: [a.example.com]\n${ports}\n${fields}`;

const cases: Case[] = [
  ['needs hosts', ports, 'spec.hosts: "hosts" is required'],
  ['needs at least one host', `hosts: []\n${ports}`, 'spec.hosts: at least one host is required'],
  ['refuses the host *', `hosts: ["*"]\n${ports}`, 'spec.hosts[0]: a ServiceEntry needs a host, not "*"'],
  [
    'refuses ports given twice',
    'hosts: [a.b]\nports: [{ number: 80, name: a, protocol: HTTP }, { number: 80, name: a, protocol: HTTP }]',
    'spec.ports[1].number: duplicate port 80',
    'spec.ports[1].name: duplicate port name "a"',
  ],
  [
    'refuses a bad address',
    entry('addresses: [10.0.0.0/33]'),
    'spec.addresses[0]: "10.0.0.0/33" is not an IP address or a CIDR block',
  ],
  [
    'refuses a name as address',
    entry('addresses: [a.b]'),
    'spec.addresses[0]: "a.b" is not an IP address or a CIDR block',
  ],
  [
    'refuses a name as endpoint of STATIC',
    entry('resolution: STATIC\nendpoints: [{ address: b.example.com }]'),
    'spec.endpoints[0].address: resolution STATIC needs an IP address',
  ],
  [
    'refuses endpoints for NONE',
    entry('endpoints: [{ address: 10.0.0.1 }]'),
    'spec.endpoints: resolution NONE takes no endpoints',
  ],
  [
    'refuses endpoints and selector together',
    entry('resolution: STATIC\nendpoints: [{ address: 10.0.0.1 }]\nworkloadSelector: { labels: { a: b } }'),
    'spec.workloadSelector: only one of workloadSelector and endpoints may be given',
  ],
  ['takes DNS', entry('resolution: DNS')],
  [
    'refuses a wildcard host for DNS',
    `hosts: ["*.example.com"]\n${ports}\nresolution: DNS`,
    'spec.hosts[0]: resolution DNS without endpoints needs a host without wildcard',
  ],
  [
    'refuses a port that the entry does not have',
    entry('resolution: STATIC\nendpoints: [{ address: 10.0.0.1, ports: { grpc: 1 } }]'),
    'spec.endpoints[0].ports.grpc: no port of the ServiceEntry is named "grpc"',
  ],
  [
    'refuses another location',
    entry('location: MARS'),
    'spec.location: "MARS" is not one of MESH_EXTERNAL, MESH_INTERNAL',
  ],
];

describeFull('ServiceEntry', import.meta.dirname);
describeVerdicts('ServiceEntry', cases);
