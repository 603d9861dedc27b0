import { type Case, describeFull, describeVerdicts } from '../../testing/verdict.ts';

const port = 'port: { number: 80, name: http, protocol: HTTP }';
const server = (fields: string): string => `servers: [{ ${fields} }]`;

const cases: Case[] = [
  ['needs servers', 'selector: {}', 'spec.servers: at least one server is required'],
  ['needs at least one server', 'servers: []', 'spec.servers: at least one server is required'],
  ['takes a gateway without selector', server(`${port}, hosts: ["*"]`)],
  ['needs hosts', server(port), 'spec.servers[0].hosts: "hosts" is required'],
  ['needs at least one host', server(`${port}, hosts: []`), 'spec.servers[0].hosts: at least one host is required'],
  ['needs a port', server('hosts: [a.example.com]'), 'spec.servers[0].port: "port" is required'],
  [
    'needs a port name',
    server('port: { number: 80, protocol: HTTP }, hosts: [a.example.com]'),
    'spec.servers[0].port.name: "name" is required',
  ],
  [
    'refuses a protocol nobody knows',
    server('port: { number: 80, name: x, protocol: GOPHER }, hosts: [a.example.com]'),
    'spec.servers[0].port.protocol: "GOPHER" is not one of HTTP, HTTP2, GRPC, GRPC-WEB, HTTPS, TLS, TCP, MONGO, MYSQL, REDIS',
  ],
  ['takes a host of a namespace', server(`${port}, hosts: [shop/a.example.com, ./b.example.com, "*/c.example.com"]`)],
  [
    'refuses a bad namespace',
    server(`${port}, hosts: [s_p/a.example.com]`),
    'spec.servers[0].hosts[0]: "s_p/a.example.com": the part before "/" must be a namespace, "." or "*"',
  ],
  [
    'refuses two slashes',
    server(`${port}, hosts: [a/b/c]`),
    'spec.servers[0].hosts[0]: "a/b/c" is not a host: "host" or "namespace/host"',
  ],
  [
    'refuses a bad host',
    server(`${port}, hosts: [shop/a!.example.com]`),
    'spec.servers[0].hosts[0]: "a!.example.com" is not a host name',
  ],
  [
    'refuses a name as bind',
    server(`${port}, hosts: [a.example.com], bind: localhost`),
    'spec.servers[0].bind: "localhost" is not an IP address',
  ],
  [
    'refuses the same port name twice',
    `servers: [{ ${port}, hosts: [a.example.com] }, { ${port}, hosts: [b.example.com] }]`,
    'spec.servers[1].port.name: the port name "http" is used by two servers',
  ],
  [
    'warns of the same server name twice',
    `servers: [{ name: s, ${port}, hosts: [a.example.com] }, { name: s, port: { number: 81, name: b, protocol: HTTP }, hosts: [b.example.com] }]`,
    'warning: spec.servers[1].name: duplicate server "s"',
  ],
];

describeFull('Gateway', import.meta.dirname);
describeVerdicts('Gateway', cases);
