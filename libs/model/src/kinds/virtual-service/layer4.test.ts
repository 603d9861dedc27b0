import { type Case, describeVerdicts } from '../../testing/verdict.ts';

const cases: Case[] = [
  [
    'takes a TLS rule',
    'hosts: [a.example.com, "*.b.example.com"]\ntls: [{ match: [{ sniHosts: [a.example.com, x.b.example.com, "*.b.example.com"], port: 443, destinationSubnets: [10.0.0.0/8], sourceLabels: { app: x }, gateways: [mesh], sourceNamespace: shop }], route: [{ destination: { host: a } }] }]',
  ],
  [
    'needs a match of a TLS rule',
    'hosts: [a.example.com, "*.b.example.com"]\ntls: [{ route: [{ destination: { host: a } }] }]',
    'spec.tls[0].match: a TLS rule needs a match with sniHosts',
  ],
  [
    'needs SNI hosts',
    'hosts: [a.example.com, "*.b.example.com"]\ntls: [{ match: [{ port: 443 }], route: [{ destination: { host: a } }] }]',
    'spec.tls[0].match[0].sniHosts: at least one SNI host is required',
  ],
  [
    'needs a route of a TLS rule',
    'hosts: [a.example.com, "*.b.example.com"]\ntls: [{ match: [{ sniHosts: [a.example.com] }] }]',
    'spec.tls[0].route: at least one destination is required',
  ],
  [
    'refuses an SNI host outside of the hosts',
    'hosts: [a.example.com, "*.b.example.com"]\ntls: [{ match: [{ sniHosts: [c.example.com] }], route: [{ destination: { host: a } }] }]',
    `spec.tls[0].match[0].sniHosts[0]: "c.example.com" lies within none of the VirtualService's hosts`,
  ],
  [
    'refuses an SNI host that is wider than the hosts',
    'hosts: [a.example.com, "*.b.example.com"]\ntls: [{ match: [{ sniHosts: ["*.example.com"] }], route: [{ destination: { host: a } }] }]',
    `spec.tls[0].match[0].sniHosts[0]: "*.example.com" lies within none of the VirtualService's hosts`,
  ],
  [
    'refuses a bad SNI host',
    'hosts: [a.example.com, "*.b.example.com"]\ntls: [{ match: [{ sniHosts: ["a b"] }], route: [{ destination: { host: a } }] }]',
    'spec.tls[0].match[0].sniHosts[0]: "a b" is not a host name',
  ],
  [
    'warns of an IP address as SNI',
    'hosts: [10.0.0.1]\ntls: [{ match: [{ sniHosts: [10.0.0.1] }], route: [{ destination: { host: a } }] }]',
    'warning: spec.tls[0].match[0].sniHosts[0]: SNI carries names; clients send none for an IP address',
  ],
  [
    'takes the SNI of an east-west gateway',
    'hosts: ["*.local"]\ngateways: [shop/ew]\ntls: [{ match: [{ sniHosts: ["outbound_.80_._.a.shop.svc.cluster.local"] }], route: [{ destination: { host: a } }] }]',
  ],
  [
    'refuses weights of TLS that come to nothing',
    'hosts: [a.example.com, "*.b.example.com"]\ntls: [{ match: [{ sniHosts: [a.example.com] }], route: [{ destination: { host: a } }, { destination: { host: b } }] }]',
    'spec.tls[0].route: total destination weight = 0',
  ],
  [
    'refuses a subnet that is none',
    'hosts: [a.example.com, "*.b.example.com"]\ntls: [{ match: [{ sniHosts: [a.example.com], destinationSubnets: [10.0.0.0/99] }], route: [{ destination: { host: a } }] }]',
    'spec.tls[0].match[0].destinationSubnets[0]: "10.0.0.0/99" is not an IP address or a CIDR block',
  ],
  [
    'refuses headers of a TLS route',
    'hosts: [a.example.com, "*.b.example.com"]\ntls: [{ match: [{ sniHosts: [a.example.com] }], route: [{ destination: { host: a }, headers: {} }] }]',
    'spec.tls[0].route[0].headers: unknown field "headers"',
  ],
  [
    'takes a TCP rule',
    'hosts: [a]\ntcp: [{ match: [{ port: 27017, destinationSubnets: ["fd00::/8"] }], route: [{ destination: { host: a, port: { number: 1 } }, weight: 1 }, { destination: { host: b }, weight: 3 }] }]',
  ],
  ['takes a TCP rule for everything', 'hosts: [a]\ntcp: [{ route: [{ destination: { host: a } }] }]'],
  [
    'needs a route of a TCP rule',
    'hosts: [a]\ntcp: [{ match: [{ port: 1 }] }]',
    'spec.tcp[0].route: at least one destination is required',
  ],
  [
    'warns of sourceSubnet, which has no effect',
    'hosts: [a]\ntcp: [{ match: [{ sourceSubnet: 10.0.0.0/8 }], route: [{ destination: { host: a } }] }]',
    'warning: spec.tcp[0].match[0].sourceSubnet: sourceSubnet has no effect, in Istio neither',
  ],
  [
    'takes any namespace of a source',
    'hosts: [a]\ntcp: [{ match: [{ sourceNamespace: x y }], route: [{ destination: { host: a } }] }]',
  ],
  [
    'takes the generated name of a service at a gateway of TLS',
    'hosts: [outbound_.80_._.a.b]\ngateways: [g]\ntls: [{ match: [{ sniHosts: [outbound_.80_._.a.b] }], route: [{ destination: { host: a } }] }]',
  ],
  [
    'refuses such a name elsewhere',
    'hosts: [outbound_.80_._.a.b]\ngateways: [g]\nhttp: [{ route: [{ destination: { host: a } }] }]',
    'spec.hosts[0]: "outbound_.80_._.a.b" is not a host name',
  ],
  [
    'refuses port 0 of a destination',
    'hosts: [a]\ntcp: [{ route: [{ destination: { host: a, port: {} } }] }]',
    'spec.tcp[0].route[0].destination.port.number: "number" is required',
  ],
  [
    'warns of a TCP rule that is never reached',
    'hosts: [a]\ntcp: [{ route: [{ destination: { host: a } }] }, { route: [{ destination: { host: a } }] }]',
    'warning: spec.tcp[1]: not used: rule 0 takes everything already',
  ],
  [
    'warns of an SNI match given twice',
    'hosts: [a.example.com]\ntls: [{ match: [{ sniHosts: [a.example.com] }], route: [{ destination: { host: a } }] }, { match: [{ sniHosts: [a.example.com] }], route: [{ destination: { host: a } }] }]',
    'warning: spec.tls[1].match[0]: not used: rule 0 has the same match',
  ],
  [
    'refuses a match of HTTP in a TCP rule',
    'hosts: [a]\ntcp: [{ match: [{ uri: { prefix: / } }], route: [{ destination: { host: a } }] }]',
    'spec.tcp[0].match[0].uri: unknown field "uri"',
  ],
];

describeVerdicts('VirtualService', cases);
