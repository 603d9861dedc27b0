import { type Case, describeVerdicts } from '../../testing/verdict.ts';

const cases: Case[] = [
  [
    'takes DNS_ROUND_ROBIN with one endpoint',
    'hosts: [a.example.com]\nports: [{ number: 80, name: http, protocol: HTTP }]\nresolution: DNS_ROUND_ROBIN\nendpoints: [{ address: b.example.com, ports: { http: 8080 } }]',
  ],
  [
    'refuses DNS_ROUND_ROBIN with two endpoints',
    'hosts: [a.example.com]\nports: [{ number: 80, name: http, protocol: HTTP }]\nresolution: DNS_ROUND_ROBIN\nendpoints: [{ address: b.example.com }, { address: c.example.com }]',
    'spec.endpoints: resolution DNS_ROUND_ROBIN takes at most one endpoint',
  ],
  [
    'warns of DYNAMIC_DNS, which is taken for NONE',
    'hosts: [a.example.com]\nports: [{ number: 80, name: http, protocol: HTTP }]\nresolution: DYNAMIC_DNS',
    'warning: spec.resolution: resolution DYNAMIC_DNS is not done yet in this version; it is taken for NONE',
  ],
  [
    'refuses a CIDR block with DYNAMIC_DNS',
    'hosts: [a.example.com]\naddresses: [10.0.0.0/8]\nports: [{ number: 80, name: http, protocol: HTTP }]\nresolution: DYNAMIC_DNS',
    'spec.addresses[0]: resolution DYNAMIC_DNS takes no CIDR block',
    'warning: spec.resolution: resolution DYNAMIC_DNS is not done yet in this version; it is taken for NONE',
  ],
  [
    'takes an empty list of endpoints beside a workloadSelector',
    'hosts: [a.example.com]\nports: [{ number: 80, name: http, protocol: HTTP }]\nresolution: STATIC\nworkloadSelector: { labels: { a: b } }\nendpoints: []',
  ],
  [
    'refuses an endpoint of DNS without an address, whatever its network',
    'hosts: [a.example.com]\nports: [{ number: 80, name: http, protocol: HTTP }]\nresolution: DNS\nendpoints: [{ network: n }]',
    'spec.endpoints[0].address: resolution DNS needs a DNS name or an IP address',
    'warning: spec.endpoints[0]: without an address it is reached through the gateway of network "n"',
  ],
  [
    'takes any locality and service account of an endpoint',
    'hosts: [a.example.com]\nports: [{ number: 80, name: http, protocol: HTTP }]\nresolution: STATIC\nendpoints: [{ address: 10.0.0.1, locality: a/b/c/d, serviceAccount: x y }]',
  ],
  [
    'refuses a resolution nobody knows',
    'hosts: [a.example.com]\nports: [{ number: 80, name: http, protocol: HTTP }]\nresolution: AUTO',
    'spec.resolution: "AUTO" is not one of NONE, STATIC, DNS, DNS_ROUND_ROBIN, DYNAMIC_DNS',
  ],
  [
    'warns of STATIC without endpoints',
    'hosts: [a.example.com]\nports: [{ number: 80, name: http, protocol: HTTP }]\nresolution: STATIC',
    'warning: spec.resolution: resolution STATIC has neither endpoints nor a workloadSelector: every request fails',
  ],
  [
    'warns of a selector that selects all',
    'hosts: [a.example.com]\nports: [{ number: 80, name: http, protocol: HTTP }]\nresolution: STATIC\nworkloadSelector: {}',
    'warning: spec.workloadSelector: a selector without labels selects every workload of the namespace',
  ],
  [
    'warns of a selector that NONE does not use',
    'hosts: [a.example.com]\nports: [{ number: 80, name: http, protocol: HTTP }]\nworkloadSelector: { labels: { a: b } }',
    'warning: spec.workloadSelector: workloadSelector has no effect with resolution NONE',
  ],
  [
    'takes a selector with DNS',
    'hosts: [a.example.com]\nports: [{ number: 80, name: http, protocol: HTTP }]\nresolution: DNS\nworkloadSelector: { labels: { a: b } }',
  ],
  [
    'takes a wildcard with NONE',
    'hosts: ["*.example.com"]\nports: [{ number: 80, name: http, protocol: HTTP }]\nresolution: NONE',
  ],
  [
    'warns of a partial wildcard',
    'hosts: ["*-a.example.com"]\nports: [{ number: 80, name: http, protocol: HTTP }]\nresolution: NONE',
    'warning: spec.hosts[0]: "*-a.example.com": a wildcard should be the whole first label',
  ],
  [
    'takes a wildcard of DNS with endpoints',
    'hosts: ["*.example.com"]\nports: [{ number: 80, name: http, protocol: HTTP }]\nresolution: DNS\nendpoints: [{ address: b.example.com }]',
  ],
  [
    'takes CIDR blocks with NONE',
    'hosts: [a.example.com]\nports: [{ number: 80, name: http, protocol: HTTP }]\naddresses: [10.0.0.0/8, "fd00::/8", 192.0.2.1]',
  ],
  [
    'refuses CIDR blocks with DNS',
    'hosts: [a.example.com]\nports: [{ number: 80, name: http, protocol: HTTP }]\nresolution: DNS\naddresses: [10.0.0.0/8]',
    'spec.addresses[0]: resolution DNS takes no CIDR block; use NONE or STATIC',
  ],
  [
    'takes a Unix socket',
    'hosts: [a.example.com]\nports: [{ number: 80, name: http, protocol: HTTP }]\nresolution: STATIC\nendpoints: [{ address: "unix:///run/x" }]',
  ],
  [
    'refuses a Unix socket with ports',
    'hosts: [a.example.com]\nports: [{ number: 80, name: http, protocol: HTTP }]\nresolution: STATIC\nendpoints: [{ address: "unix:///run/x", ports: { http: 1 } }]',
    'spec.endpoints[0].ports: a Unix socket has no ports',
  ],
  [
    'refuses a Unix socket that is no path',
    'hosts: [a.example.com]\nports: [{ number: 80, name: http, protocol: HTTP }]\nresolution: STATIC\nendpoints: [{ address: "unix://x" }]',
    'spec.endpoints[0].address: "unix://x" is not a Unix socket: "unix://" and an absolute path',
  ],
  [
    'refuses a Unix socket for two ports',
    'hosts: [a.example.com]\nports: [{ number: 1, name: a, protocol: HTTP }, { number: 2, name: b, protocol: HTTP }]\nresolution: STATIC\nendpoints: [{ address: "unix:///run/x" }]',
    'spec.endpoints[0].address: a Unix socket serves one port; the ServiceEntry must have exactly one',
  ],
  [
    'refuses a Unix socket with DNS',
    'hosts: [a.example.com]\nports: [{ number: 80, name: http, protocol: HTTP }]\nresolution: DNS\nendpoints: [{ address: "unix:///run/x" }]',
    'spec.endpoints[0].address: resolution DNS needs a DNS name or an IP address',
  ],
  [
    'warns of an endpoint behind a network',
    'hosts: [a.example.com]\nports: [{ number: 80, name: http, protocol: HTTP }]\nresolution: STATIC\nendpoints: [{ network: n1 }]',
    'warning: spec.endpoints[0]: without an address it is reached through the gateway of network "n1"',
  ],
  [
    'refuses an endpoint without address',
    'hosts: [a.example.com]\nports: [{ number: 80, name: http, protocol: HTTP }]\nresolution: STATIC\nendpoints: [{ labels: { a: b } }]',
    'spec.endpoints[0]: an address is required, or a network that has a gateway',
  ],
  [
    'warns of TCP without addresses and NONE',
    'hosts: [a.example.com]\nports: [{ number: 3306, name: mysql, protocol: TCP }]\nresolution: NONE',
    'warning: spec.ports[0]: a port of TCP, or of no protocol, is told from others by address: give addresses',
  ],
  [
    'takes TCP without addresses and DNS',
    'hosts: [a.example.com]\nports: [{ number: 3306, name: mysql, protocol: TCP }]\nresolution: DNS',
  ],
  [
    'refuses several hosts of TCP',
    'hosts: [a.example.com, b.example.com]\nports: [{ number: 3306, name: mysql, protocol: TCP }]\nresolution: DNS',
    'spec.ports[0]: several hosts need ports of HTTP or TLS: nothing else says which one is meant',
  ],
  [
    'takes several hosts of TLS',
    'hosts: [a.example.com, b.example.com]\nports: [{ number: 443, name: tls, protocol: TLS }]\nresolution: DNS',
  ],
  [
    'takes MONGO, MYSQL and REDIS',
    'hosts: [a.example.com]\nports: [{ number: 1, name: a, protocol: mongo }, { number: 2, name: b, protocol: MySQL }, { number: 3, name: c, protocol: REDIS }]\nresolution: DNS',
  ],
  ['takes a port without protocol', 'hosts: [a.example.com]\nports: [{ number: 1, name: a }]\nresolution: DNS'],
  [
    'warns of UDP, whose port is left out',
    'hosts: [a.example.com]\nports: [{ number: 1, name: a, protocol: UDP }]\nresolution: DNS',
    'warning: spec.ports[0]: a port of UDP is left out: no proxy carries it',
  ],
  [
    'warns of each port of UDP, and says of the others where they are written',
    'hosts: [a.example.com]\nports: [{ number: 1, name: a, protocol: UDP }, { number: 2, name: b, protocol: UDP }, { number: 3, name: c, protocol: HTTP }, { number: 3, name: d, protocol: HTTP }]\nresolution: DNS',
    'spec.ports[3].number: duplicate port 3',
    'warning: spec.ports[0]: a port of UDP is left out: no proxy carries it',
    'warning: spec.ports[1]: a port of UDP is left out: no proxy carries it',
  ],
  [
    'refuses a protocol nobody knows',
    'hosts: [a.example.com]\nports: [{ number: 1, name: a, protocol: KAFKA }]\nresolution: DNS',
    'spec.ports[0].protocol: "KAFKA" is not one of HTTP, HTTP2, GRPC, GRPC-WEB, HTTPS, TLS, TCP, MONGO, MYSQL, REDIS, UDP',
  ],
  [
    'takes a port name in upper case',
    'hosts: [a.example.com]\nports: [{ number: 1, name: HTTP-a, protocol: HTTP }]\nresolution: DNS',
  ],
  ['takes an entry without ports', 'hosts: [a.example.com]\nresolution: DNS'],
  [
    'takes exportTo ~',
    'hosts: [a.example.com]\nports: [{ number: 80, name: http, protocol: HTTP }]\nresolution: DNS\nexportTo: ["~"]',
  ],
  [
    'refuses ~ beside others',
    'hosts: [a.example.com]\nports: [{ number: 80, name: http, protocol: HTTP }]\nresolution: DNS\nexportTo: ["~", "."]',
    'spec.exportTo: "~" stands alone: it is no one',
  ],
  [
    'takes the names of a certificate',
    'hosts: [a.example.com]\nports: [{ number: 80, name: http, protocol: HTTP }]\nresolution: DNS\nsubjectAltNames: ["spiffe://a/ns/b/sa/c"]',
  ],
];

describeVerdicts('ServiceEntry', cases);
