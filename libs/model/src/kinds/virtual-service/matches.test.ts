import { type Case, describeVerdicts } from '../../testing/verdict.ts';

const cases: Case[] = [
  [
    'takes every condition',
    'hosts: [a]\nhttp: [{ match: [{ name: all, uri: { prefix: / }, ignoreUriCase: true, scheme: { exact: https }, method: { regex: "GET|HEAD" }, authority: { prefix: a. }, headers: { x-a: { exact: "1" } }, withoutHeaders: { x-b: { regex: "*" } }, queryParams: { q: { exact: "1" } }, port: 80, sourceLabels: { app: x }, sourceNamespace: shop, gateways: [mesh], statPrefix: a }], route: [{ destination: { host: a } }] }]',
  ],
  [
    'takes a uri without a form, which fits all',
    'hosts: [a]\nhttp: [{ match: [{ uri: {} }], route: [{ destination: { host: a } }] }]',
  ],
  [
    'takes an empty prefix of a uri',
    'hosts: [a]\nhttp: [{ match: [{ uri: { prefix: "" } }], route: [{ destination: { host: a } }] }]',
  ],
  [
    'refuses an empty prefix of a header',
    'hosts: [a]\nhttp: [{ match: [{ headers: { x-a: { prefix: "" } } }], route: [{ destination: { host: a } }] }]',
    'spec.http[0].match[0].headers.x-a.prefix: a prefix must not be empty',
  ],
  [
    'refuses an empty prefix of a method',
    'hosts: [a]\nhttp: [{ match: [{ method: { prefix: "" } }], route: [{ destination: { host: a } }] }]',
    'spec.http[0].match[0].method.prefix: a prefix must not be empty',
  ],
  [
    'refuses the regex * in a header',
    'hosts: [a]\nhttp: [{ match: [{ headers: { x-a: { regex: "*" } } }], route: [{ destination: { host: a } }] }]',
    'spec.http[0].match[0].headers.x-a.regex: not a regex of RE2 syntax: error parsing regexp: missing argument to repetition operator: `*`',
  ],
  [
    'refuses the regex * in a query parameter',
    'hosts: [a]\nhttp: [{ match: [{ queryParams: { q: { regex: "*" } } }], route: [{ destination: { host: a } }] }]',
    'spec.http[0].match[0].queryParams.q.regex: not a regex of RE2 syntax: error parsing regexp: missing argument to repetition operator: `*`',
  ],
  [
    'takes one header with and without',
    'hosts: [a]\nhttp: [{ match: [{ headers: { x-a: {} }, withoutHeaders: { x-a: { prefix: "no" } } }], route: [{ destination: { host: a } }] }]',
  ],
  [
    'takes whatever RFC 9110 lets into a header name',
    'hosts: [a]\nhttp: [{ match: [{ headers: { "x.a!$~": {} } }], route: [{ destination: { host: a } }] }]',
  ],
  [
    'looks at no gateway behind the first without a namespace',
    'hosts: [a]\ngateways: [n/g, g, x y]\nhttp: [{ route: [{ destination: { host: a } }] }]',
  ],
  [
    'refuses a gateway behind others with a namespace',
    'hosts: [a]\ngateways: [n/g, x y]\nhttp: [{ route: [{ destination: { host: a } }] }]',
    'spec.gateways[1]: "x y" is not a gateway: "mesh", "name" or "namespace/name"',
  ],
  [
    'refuses the port 65536',
    'hosts: [a]\nhttp: [{ match: [{ port: 65536 }], route: [{ destination: { host: a } }] }]',
    'spec.http[0].match[0].port: port 65536 is not in the range 1 to 65535',
  ],
  ['takes port 0 as any port', 'hosts: [a]\nhttp: [{ match: [{ port: 0 }], route: [{ destination: { host: a } }] }]'],
  [
    'refuses a label with a space',
    'hosts: [a]\nhttp: [{ match: [{ sourceLabels: { "a b": c } }], route: [{ destination: { host: a } }] }]',
    'spec.http[0].match[0].sourceLabels["a b"]: "a b" is not a label key: [prefix/]name, letters, digits, "-", "_" and ".", at most 63',
  ],
  [
    'refuses a bad source namespace',
    'hosts: [a]\nhttp: [{ match: [{ sourceNamespace: a.b }], route: [{ destination: { host: a } }] }]',
    'spec.http[0].match[0].sourceNamespace: "a.b" is not a name: letters, digits and "-", at most 63',
  ],
  [
    'refuses a bad gateway of a match',
    'hosts: [a]\nhttp: [{ match: [{ gateways: ["a b"] }], route: [{ destination: { host: a } }] }]',
    'spec.http[0].match[0].gateways[0]: "a b" is not a gateway: "mesh", "name" or "namespace/name"',
  ],
  [
    'refuses claims of a JWT in the mesh',
    'hosts: [a]\nhttp: [{ match: [{ headers: { "@request.auth.claims.sub": { exact: a } } }], route: [{ destination: { host: a } }] }]',
    'spec.http[0].match[0].headers: routing by claims of a JWT is for gateways alone; it names the mesh',
  ],
  [
    'takes claims of a JWT at a gateway',
    'hosts: [a.b]\ngateways: [shop/g]\nhttp: [{ match: [{ headers: { "@request.auth.claims.groups": { exact: Admin } }, withoutHeaders: { "@request.auth.claims[a][b]": {} } }], route: [{ destination: { host: a } }] }]',
  ],
  [
    'refuses what only looks like a claim',
    'hosts: [a.b]\ngateways: [shop/g]\nhttp: [{ match: [{ headers: { "@request.auth.claim.x": {} } }], route: [{ destination: { host: a } }] }]',
    'spec.http[0].match[0].headers["@request.auth.claim.x"]: "@request.auth.claim.x" is not a header name',
  ],
  [
    'warns of a gateway by its old long name',
    'hosts: [a.b]\ngateways: [g.shop.svc.cluster.local]\nhttp: [{ route: [{ destination: { host: a } }] }]',
    `warning: spec.gateways[0]: this form of a gateway's name is old; write "shop/g"`,
  ],
  [
    'refuses hosts that overlap',
    'hosts: ["*.example.com", a.example.com]\nhttp: [{ route: [{ destination: { host: a } }] }]',
    'spec.hosts[1]: duplicate host "a.example.com": "*.example.com" has names in common with it',
  ],
  [
    'refuses a wildcard within another',
    'hosts: ["*.example.com", "*.com"]\nhttp: [{ route: [{ destination: { host: a } }] }]',
    'spec.hosts[1]: duplicate host "*.com": "*.example.com" has names in common with it',
  ],
  [
    'takes a wildcard and its parent',
    'hosts: ["*.example.com", example.com]\nhttp: [{ route: [{ destination: { host: a } }] }]',
  ],
  [
    'refuses an underscore in a host',
    'hosts: [a_b.example.com]\nhttp: [{ route: [{ destination: { host: a } }] }]',
    'spec.hosts[0]: "a_b.example.com" is not a host name',
  ],
  ['takes a final dot', 'hosts: [example.com.]\nhttp: [{ route: [{ destination: { host: a } }] }]'],
  [
    'warns of a second rule for everything',
    'hosts: [a]\nhttp: [{ route: [{ destination: { host: a } }] }, { route: [{ destination: { host: a } }] }]',
    'warning: spec.http[1]: not used: rule 0 takes everything already',
  ],
  [
    'warns of a match after a rule for everything',
    'hosts: [a]\nhttp: [{ route: [{ destination: { host: a } }] }, { match: [{ uri: { prefix: /a } }], route: [{ destination: { host: a } }] }]',
    'warning: spec.http[1]: not used: rule 0 takes everything already',
  ],
  [
    'warns of a match given twice',
    'hosts: [a]\nhttp: [{ match: [{ name: x, uri: { exact: /a } }, { method: { exact: GET } }], route: [{ destination: { host: a } }] }, { match: [{ name: y, uri: { exact: /a } }], route: [{ destination: { host: a } }] }]',
    'warning: spec.http[1].match[0]: not used: rule 0 has the same match',
  ],
  [
    'warns of a prefix behind a shorter one',
    'hosts: [a]\nhttp: [{ match: [{ uri: { prefix: /a } }], route: [{ destination: { host: a } }] }, { match: [{ uri: { prefix: /ab } }], route: [{ destination: { host: a } }] }]',
    'warning: spec.http[1].match[0]: not used: match 0 of rule 0 (prefix "/a") takes what it would',
  ],
  [
    'does not warn where the shorter prefix asks for more',
    'hosts: [a]\nhttp: [{ match: [{ uri: { prefix: /a }, headers: { x-a: { exact: "1" } } }], route: [{ destination: { host: a } }] }, { match: [{ uri: { prefix: /ab } }], route: [{ destination: { host: a } }] }]',
  ],
  [
    'does not warn where the ports differ',
    'hosts: [a]\nhttp: [{ match: [{ uri: { prefix: /a }, port: 80 }], route: [{ destination: { host: a } }] }, { match: [{ uri: { prefix: /ab } }], route: [{ destination: { host: a } }] }]',
  ],
  [
    'takes exportTo of namespaces',
    'hosts: [a]\nexportTo: [".", web]\nhttp: [{ route: [{ destination: { host: a } }] }]',
  ],
  [
    'refuses * beside a namespace',
    'hosts: [a]\nexportTo: ["*", web]\nhttp: [{ route: [{ destination: { host: a } }] }]',
    'spec.exportTo: "*" stands alone: it is every namespace already',
  ],
  [
    'refuses one namespace under two names',
    'hosts: [a]\nexportTo: [".", shop]\nhttp: [{ route: [{ destination: { host: a } }] }]',
    'spec.exportTo[1]: "shop" is given twice',
  ],
  [
    'refuses ~ for a VirtualService',
    'hosts: [a]\nexportTo: ["~"]\nhttp: [{ route: [{ destination: { host: a } }] }]',
    'spec.exportTo[0]: "~" (no one) is for ServiceEntry alone',
  ],
  [
    'refuses what is no namespace',
    'hosts: [a]\nexportTo: ["a.b"]\nhttp: [{ route: [{ destination: { host: a } }] }]',
    'spec.exportTo[0]: "a.b" is not ".", "*", or a namespace',
  ],
];

describeVerdicts('VirtualService', cases);
