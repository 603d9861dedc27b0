import { type Case, describeFull, describeVerdicts } from '../../testing/verdict.ts';

const ports = 'ports: [{ number: 80, name: http, protocol: HTTP }]';
const entry = (fields: string): string => `hosts: [a.example.com]\n${ports}\n${fields}`;
const notDone = (path: string, field: string): string =>
  `${path}: ServiceEntry.${field} is not done yet in this version; remove it`;

const cases: Case[] = [
  ['needs hosts', ports, 'spec.hosts: "hosts" is required'],
  ['needs at least one host', `hosts: []\n${ports}`, 'spec.hosts: at least one host is required'],
  ['refuses the host *', `hosts: ["*"]\n${ports}`, 'spec.hosts[0]: a ServiceEntry needs a host, not "*"'],
  ['needs ports', 'hosts: [a.b]', 'spec.ports: "ports" is required'],
  ['needs at least one port', 'hosts: [a.b]\nports: []', 'spec.ports: at least one port is required'],
  [
    'needs a protocol',
    'hosts: [a.b]\nports: [{ number: 80, name: http }]',
    'spec.ports[0].protocol: "protocol" is required',
  ],
  [
    'refuses MONGO by name',
    'hosts: [a.b]\nports: [{ number: 80, name: m, protocol: MONGO }]',
    notDone('spec.ports[0].protocol', 'ports.protocol MONGO'),
  ],
  [
    'refuses ports given twice',
    'hosts: [a.b]\nports: [{ number: 80, name: a, protocol: TCP }, { number: 80, name: a, protocol: TCP }]',
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
    'needs endpoints for STATIC',
    entry('resolution: STATIC'),
    'spec.resolution: resolution STATIC needs endpoints or a workloadSelector',
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
  [
    'refuses a selector that selects all',
    entry('resolution: STATIC\nworkloadSelector: { labels: {} }'),
    'spec.workloadSelector.labels: at least one label is required',
  ],
  ['takes DNS', entry('resolution: DNS')],
  [
    'refuses a wildcard host for DNS',
    `hosts: ["*.example.com"]\n${ports}\nresolution: DNS`,
    'spec.hosts[0]: resolution DNS without endpoints needs a host without wildcard',
  ],
  [
    'refuses a selector for DNS',
    entry('resolution: DNS\nworkloadSelector: { labels: { a: b } }'),
    'spec.workloadSelector: resolution DNS takes no workloadSelector',
  ],
  ...['DNS_ROUND_ROBIN', 'DYNAMIC_DNS'].map(
    (resolution): Case => [
      `refuses ${resolution} by name`,
      entry(`resolution: ${resolution}`),
      notDone('spec.resolution', `resolution ${resolution}`),
    ],
  ),
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
  ['refuses exportTo by name', entry('exportTo: ["."]'), notDone('spec.exportTo', 'exportTo')],
  [
    'refuses subjectAltNames by name',
    entry('subjectAltNames: [a]'),
    notDone('spec.subjectAltNames', 'subjectAltNames'),
  ],
];

describeFull('ServiceEntry', import.meta.dirname);
describeVerdicts('ServiceEntry', cases);
