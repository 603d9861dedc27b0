import { type Case, describeFull, describeVerdicts } from '../../testing/verdict.ts';

const port = 'port: { number: 80, name: http, protocol: HTTP }';
const server = (fields: string): string => `servers: [{ ${fields} }]`;
const notDone = (path: string, field: string): string =>
  `${path}: Gateway.${field} is not done yet in this version; remove it`;

const cases: Case[] = [
  ['needs servers', 'selector: {}', 'spec.servers: "servers" is required'],
  ['needs at least one server', 'servers: []', 'spec.servers: at least one server is required'],
  ['takes a gateway without selector', server(`${port}, hosts: ["*"]`)],
  ['needs hosts', server(port), 'spec.servers[0].hosts: "hosts" is required'],
  ['needs at least one host', server(`${port}, hosts: []`), 'spec.servers[0].hosts: at least one host is required'],
  ['needs a port', server('hosts: [a]'), 'spec.servers[0].port: "port" is required'],
  [
    'needs a port name',
    server('port: { number: 80, protocol: HTTP }, hosts: [a]'),
    'spec.servers[0].port.name: "name" is required',
  ],
  ...['HTTPS', 'TLS', 'TCP', 'MONGO'].map(
    (protocol): Case => [
      `refuses ${protocol} by name`,
      server(`port: { number: 80, name: x, protocol: ${protocol} }, hosts: [a]`),
      notDone('spec.servers[0].port.protocol', `servers.port.protocol ${protocol}`),
    ],
  ),
  [
    'refuses a protocol nobody knows',
    server('port: { number: 80, name: x, protocol: GOPHER }, hosts: [a]'),
    'spec.servers[0].port.protocol: "GOPHER" is not one of HTTP, HTTP2, GRPC',
  ],
  ['refuses tls by name', server(`${port}, hosts: [a], tls: {}`), notDone('spec.servers[0].tls', 'servers.tls')],
  ['takes a host of a namespace', server(`${port}, hosts: [shop/a.example.com, ./b, "*/c"]`)],
  [
    'refuses a bad namespace',
    server(`${port}, hosts: [SHOP/a]`),
    'spec.servers[0].hosts[0]: "SHOP/a": the part before "/" must be a namespace, "." or "*"',
  ],
  [
    'refuses two slashes',
    server(`${port}, hosts: [a/b/c]`),
    'spec.servers[0].hosts[0]: "a/b/c" is not a host: "host" or "namespace/host"',
  ],
  ['refuses a bad host', server(`${port}, hosts: [shop/a!]`), 'spec.servers[0].hosts[0]: "a!" is not a host name'],
  [
    'refuses a name as bind',
    server(`${port}, hosts: [a], bind: localhost`),
    'spec.servers[0].bind: "localhost" is not an IP address',
  ],
  [
    'refuses the same port name twice',
    `servers: [{ ${port}, hosts: [a] }, { ${port}, hosts: [b] }]`,
    'spec.servers[1].port.name: the port name "http" is used by two servers',
  ],
  [
    'refuses the same server name twice',
    `servers: [{ name: s, ${port}, hosts: [a] }, { name: s, port: { number: 81, name: b, protocol: HTTP }, hosts: [b] }]`,
    'spec.servers[1].name: duplicate server "s"',
  ],
];

describeFull('Gateway', import.meta.dirname);
describeVerdicts('Gateway', cases);
