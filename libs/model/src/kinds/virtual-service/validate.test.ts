import { type Case, describeFull, describeVerdicts } from '../../testing/verdict.ts';

const route = 'route: [{ destination: { host: a } }]';
const rule = (fields: string): string => `hosts: [a]\nhttp: [{ ${fields} }]`;
const matching = (match: string): string => rule(`match: [{ ${match} }], ${route}`);
const notDone = (field: string, path = 'spec.http[0]'): string =>
  `${path}.${field.split('.').at(-1)}: VirtualService.${field} is not done yet in this version; remove it`;

const hosts: Case[] = [
  ['takes one without hosts, which others delegate to', `http: [{ ${route} }]`],
  ['takes a short name', rule(route)],
  ['takes a short name beside a gateway', `hosts: [a]\ngateways: [g]\nhttp: [{ ${route} }]`],
  [
    'takes a wildcard in the first label',
    `hosts: ["*.example.com", "*-x.example.org", "*x.example.net"]\nhttp: [{ ${route} }]`,
  ],
  ['takes an IP address', `hosts: [10.0.0.1, "::1"]\nhttp: [{ ${route} }]`],
  [
    'refuses a wildcard inside a host',
    `hosts: [a.*.com]\nhttp: [{ ${route} }]`,
    'spec.hosts[0]: "a.*.com": a wildcard may only begin the first label, as in "*.example.com"',
  ],
  [
    'refuses a host with a bad letter',
    `hosts: [foo.ba!]\nhttp: [{ ${route} }]`,
    'spec.hosts[0]: "foo.ba!" is not a host name',
  ],
  ['refuses an empty host', `hosts: [""]\nhttp: [{ ${route} }]`, 'spec.hosts[0]: a host name must not be empty'],
  ['refuses a host with a port', `hosts: ["a:80"]\nhttp: [{ ${route} }]`, 'spec.hosts[0]: "a:80" is not a host name'],
  [
    'refuses a host whose last label is digits',
    `hosts: [a.1]\nhttp: [{ ${route} }]`,
    'spec.hosts[0]: "a.1" is not a host name: its last label is all digits',
  ],
  ['refuses the same host twice', `hosts: [a, A]\nhttp: [{ ${route} }]`, 'spec.hosts[1]: duplicate host "A"'],
  [
    'refuses * in the mesh',
    `hosts: ["*"]\nhttp: [{ ${route} }]`,
    'spec.hosts[0]: the wildcard host * is not allowed for the gateway "mesh"; name the hosts, or bind the rule to a Gateway',
  ],
  ['takes * at a gateway', `hosts: ["*"]\ngateways: [g]\nhttp: [{ ${route} }]`],
  ['takes gateways of other namespaces', `hosts: [a]\ngateways: [ns1/gateway, gateway]\nhttp: [{ ${route} }]`],
  [
    'refuses a bad gateway name',
    `hosts: [a]\ngateways: [b@dgateway]\nhttp: [{ ${route} }]`,
    'spec.gateways[0]: "b@dgateway" is not a gateway: "mesh", "name" or "namespace/name"',
  ],
  [
    'refuses a wildcard gateway',
    `hosts: [a]\ngateways: ["ns1/*"]\nhttp: [{ ${route} }]`,
    'spec.gateways[0]: "ns1/*" is not a gateway: "mesh", "name" or "namespace/name"',
  ],
  ['needs rules', 'hosts: [a]', 'spec: one of http, tls and tcp must have a rule'],
  ['needs at least one rule', 'hosts: [a]\nhttp: []', 'spec: one of http, tls and tcp must have a rule'],
];

const actions: Case[] = [
  ['needs an action', rule('name: x'), 'spec.http[0]: one of route, redirect and directResponse is required'],
  [
    'refuses two actions',
    rule(`${route}, redirect: { uri: /x }`),
    'spec.http[0]: only one of route, redirect and directResponse may be given, not route and redirect',
  ],
  ['takes a redirect', rule('redirect: { uri: /x }')],
  ['takes a direct response', rule('directResponse: { status: 204 }')],
  ['refuses an empty route', rule('route: []'), 'spec.http[0].route: at least one destination is required'],
  [
    'refuses an empty redirect',
    rule('redirect: {}'),
    'spec.http[0].redirect: redirect must give uri, authority, scheme or port',
  ],
  ['takes a redirect to port 0, which is none', rule('redirect: { port: 0 }')],
  [
    'warns of an answer beside a delegate',
    rule('delegate: { name: d }, directResponse: { status: 200 }'),
    'warning: spec.http[0].directResponse: a rule that delegates has no answer of its own; this has no effect',
  ],
  [
    'refuses a redirect with both ports',
    rule('redirect: { port: 80, derivePort: FROM_REQUEST_PORT }'),
    'spec.http[0].redirect: only one of port and derivePort may be given',
  ],
  [
    'refuses another redirect code',
    rule('redirect: { uri: /x, redirectCode: 200 }'),
    'spec.http[0].redirect.redirectCode: redirectCode must be 301, 302, 303, 307 or 308',
  ],
  [
    'refuses another scheme',
    rule('redirect: { scheme: ftp }'),
    'spec.http[0].redirect.scheme: "ftp" is not one of http, https',
  ],
  [
    'refuses prefixRewrite by name',
    rule('redirect: { uri: /, prefixRewrite: / }'),
    notDone('http.redirect.prefixRewrite', 'spec.http[0].redirect'),
  ],
  [
    'refuses a status below 200',
    rule('directResponse: { status: 199 }'),
    'spec.http[0].directResponse.status: status 199 is not in the range 200 to 600',
  ],
  [
    'refuses a status over 600',
    rule('directResponse: { status: 601 }'),
    'spec.http[0].directResponse.status: status 601 is not in the range 200 to 600',
  ],
  [
    'warns of status 600, for which 599 is sent',
    rule('directResponse: { status: 600 }'),
    'warning: spec.http[0].directResponse.status: there is no status 600; 599 is sent',
  ],
  [
    'refuses two bodies',
    rule('directResponse: { status: 200, body: { string: a, bytes: YQ== } }'),
    'spec.http[0].directResponse.body: only one of string and bytes may be given',
  ],
  [
    'refuses bytes that are not base64',
    rule('directResponse: { status: 200, body: { bytes: "%" } }'),
    'spec.http[0].directResponse.body.bytes: bytes must be base64',
  ],
  [
    'refuses a body over its bound',
    rule(`directResponse: { status: 200, body: { string: ${'a'.repeat(1024 * 1024 + 1)} } }`),
    'spec.http[0].directResponse.body: the body is larger than 1048576 bytes',
  ],
  [
    'refuses rewrite beside redirect',
    rule('redirect: { uri: /x }, rewrite: { uri: / }'),
    'spec.http[0].rewrite: rewrite needs a route; it cannot stand beside redirect or directResponse',
  ],
  [
    'refuses an empty rewrite',
    rule(`${route}, rewrite: {}`),
    'spec.http[0].rewrite: rewrite must give uri, uriRegexRewrite or authority',
  ],
  [
    'says what a mistyped field may mean',
    rule(`${route}, timeoutt: 3s`),
    'spec.http[0].timeoutt: unknown field "timeoutt"; did you mean "timeout"?',
  ],
  ['refuses a field nobody knows', rule(`${route}, zzz: 3s`), 'spec.http[0].zzz: unknown field "zzz"'],
  [
    'does not blame the rule for its mistyped action',
    rule('rout: []'),
    'spec.http[0].rout: unknown field "rout"; did you mean "route"?',
  ],
];

const two = (a: string, b: string): string =>
  rule(`route: [{ destination: { host: a }${a} }, { destination: { host: b }${b} }]`);

const routes: Case[] = [
  ['takes weights that do not sum up to 100', two(', weight: 1', ', weight: 2')],
  ['takes one weight of several', two(', weight: 1', '')],
  ['takes weight 0 for a single destination', rule('route: [{ destination: { host: a }, weight: 0 }]')],
  [
    'refuses a negative weight',
    two(', weight: -1', ', weight: 2'),
    'spec.http[0].route[0].weight: weight -1 is not in the range 0 to 2147483647',
  ],
  [
    'refuses half a weight',
    two(', weight: 1.5', ', weight: 2'),
    'spec.http[0].route[0].weight: weight 1.5 must be a whole number',
  ],
  ['refuses a total of 0', two('', ''), 'spec.http[0].route: total destination weight = 0'],
  [
    'refuses a total that no proxy can add up',
    rule(`route: [${Array(3).fill('{ destination: { host: a }, weight: 2147483647 }').join(', ')}]`),
    'spec.http[0].route: the total destination weight is over 4294967295',
  ],
  [
    'refuses a weight in quotes',
    two(', weight: "1"', ', weight: 2'),
    'spec.http[0].route[0].weight: expected a number, got the string "1"',
  ],
  [
    'needs a destination',
    rule('route: [{ weight: 1 }]'),
    'spec.http[0].route[0].destination: "destination" is required',
  ],
  ['needs a host', rule('route: [{ destination: {} }]'), 'spec.http[0].route[0].destination.host: "host" is required'],
  [
    'refuses the destination *',
    rule('route: [{ destination: { host: "*" } }]'),
    'spec.http[0].route[0].destination.host: a destination must be one host, not "*"',
  ],
  [
    'refuses a subset that is no label',
    rule('route: [{ destination: { host: a, subset: V_1 } }]'),
    'spec.http[0].route[0].destination.subset: "V_1" is not a name: letters, digits and "-", at most 63',
  ],
  [
    'refuses port 0',
    rule('route: [{ destination: { host: a, port: { number: 0 } } }]'),
    'spec.http[0].route[0].destination.port.number: port 0 is not in the range 1 to 65535',
  ],
  [
    'refuses port 65536',
    rule('route: [{ destination: { host: a, port: { number: 65536 } } }]'),
    'spec.http[0].route[0].destination.port.number: port 65536 is not in the range 1 to 65535',
  ],
];

const timeouts: Case[] = [
  ...['1.5s', '100ms', '1m30s', '1h', '1ms', '1000us'].map(
    (text): Case => [`takes the timeout ${text}`, rule(`${route}, timeout: ${text}`)],
  ),
  ...['banana', '10', '1d', '', '1s 2s', 's'].map(
    (text): Case => [
      `refuses the timeout ${JSON.stringify(text)}`,
      rule(`${route}, timeout: ${JSON.stringify(text)}`),
      `spec.http[0].timeout: ${JSON.stringify(text)} is not a duration; write for example "1.5s" or "100ms"`,
    ],
  ),
  ...['0s', '-1s', '999us'].map(
    (text): Case => [
      `refuses the timeout ${text}`,
      rule(`${route}, timeout: ${text}`),
      `spec.http[0].timeout: the duration ${text} must be at least 1ms`,
    ],
  ),
  [
    'refuses a part of a millisecond',
    rule(`${route}, timeout: 1.5ms`),
    'spec.http[0].timeout: the duration 1.5ms must be whole milliseconds',
  ],
  [
    'refuses a timeout without unit or quotes',
    rule(`${route}, timeout: 3`),
    'spec.http[0].timeout: expected a string, got the number 3; put it in quotes',
  ],
];

const uri = 'spec.http[0].match[0].uri';
const matches: Case[] = [
  ['takes an empty match', matching('')],
  [
    'refuses two forms of uri',
    matching('uri: { exact: /a, prefix: /b }'),
    `${uri}: only one of exact, prefix and regex may be given`,
  ],
  ['refuses an empty regex', matching('uri: { regex: "" }'), `${uri}.regex: a regex must not be empty`],
  ['takes a regex of RE2', matching('uri: { regex: "/(?i)a[0-9]{1,3}/.*" }')],
  [
    'refuses a look-ahead',
    matching('uri: { regex: "(?=a)" }'),
    `${uri}.regex: not a regex of RE2 syntax: error parsing regexp: invalid or unsupported Perl syntax: \`(?=\``,
  ],
  [
    'refuses an open bracket',
    matching('uri: { regex: "[" }'),
    `${uri}.regex: not a regex of RE2 syntax: error parsing regexp: missing closing ]: \`[\``,
  ],
  [
    'refuses a regex over its bound',
    matching(`uri: { regex: ${'a'.repeat(1025)} }`),
    `${uri}.regex: a regex has at most 1024 characters`,
  ],
  [
    'refuses the regex * in a uri',
    matching('uri: { regex: "*" }'),
    `${uri}.regex: not a regex of RE2 syntax: error parsing regexp: missing argument to repetition operator: \`*\``,
  ],
  ['takes a control character in a match, which nothing fits', matching('uri: { exact: "/a\\r\\nb" }')],
  ['asks for presence of a header', matching('headers: { a: {} }')],
  [
    'refuses a header without a match',
    matching('headers: { a: }'),
    'spec.http[0].match[0].headers.a: expected a map, got nothing',
  ],
  [
    'refuses a header name with a space',
    matching('headers: { "a b": {} }'),
    'spec.http[0].match[0].headers["a b"]: "a b" is not a header name',
  ],
  [
    'takes the pseudo-headers',
    matching('headers: { ":path": {}, ":method": {}, ":scheme": {}, ":authority": {}, ":status": {} }'),
  ],
  [
    'refuses a pseudo-header that HTTP has not',
    matching('headers: { ":port": {} }'),
    'spec.http[0].match[0].headers[":port"]: ":port" is not a header name',
  ],
  [
    'refuses a header given twice in different case',
    matching('headers: { X-A: {}, x-a: {} }'),
    'spec.http[0].match[0].headers.x-a: header "x-a" is given twice, in different case',
  ],
  [
    'refuses a query parameter without a name',
    matching('queryParams: { "": {} }'),
    'spec.http[0].match[0].queryParams[""]: a query parameter name must not be empty',
  ],
];

const setting = (operations: string): string => rule(`${route}, headers: { request: { ${operations} } }`);
const request = 'spec.http[0].headers.request';
const headers: Case[] = [
  ['takes :authority among set', setting('set: { ":authority": b }')],
  [
    'refuses :path among set',
    setting('set: { ":path": b }'),
    `${request}.set[":path"]: ":path" is not a header that a rule can change`,
  ],
  ['refuses an empty header name', setting('add: { "": b }'), `${request}.add[""]: a header name must not be empty`],
  [
    'refuses CR and LF in a value',
    setting('set: { a: "1\\r\\nx-evil: 1" }'),
    `${request}.set.a: a header value must not contain control characters (CR, LF, NUL …)`,
  ],
  [
    'refuses NUL in a value',
    setting('set: { a: "\\0" }'),
    `${request}.set.a: a header value must not contain control characters (CR, LF, NUL …)`,
  ],
  ['takes a format string', setting('set: { a: "%REQ(x)%", b: "%START_TIME(%s)%", c: "a %HOSTNAME% b" }')],
  [
    'refuses a format string that is not closed',
    setting('set: { a: "%REQ(" }'),
    `${request}.set.a: a format string is not closed: write "%COMMAND%" or "%COMMAND(argument)%", and "%%" for a percent sign`,
  ],
  [
    'warns of a command that Envoy does not know, and removes the header or adds none',
    setting('set: { a: "%NOPE%" }, add: { b: "%NOPE%" }'),
    `warning: ${request}.set: %NOPE% is not a command of Envoy's format strings; "a" is removed`,
    `warning: ${request}.add: %NOPE% is not a command of Envoy's format strings; "b" is left out`,
  ],
  ['takes a list of strings as an argument', setting('set: { a: \'%DYNAMIC_METADATA(["x", "y"])%\' }')],
  ['takes spaces before the end of a format string', setting('set: { a: "%REQ(x) %" }')],
  [
    'refuses the length that Envoy alone takes behind an argument',
    setting('set: { a: "%REQ(x):3%" }'),
    `${request}.set.a: a format string is not closed: write "%COMMAND%" or "%COMMAND(argument)%", and "%%" for a percent sign`,
  ],
  [
    'refuses an empty argument',
    setting('set: { a: "%REQ()%" }'),
    `${request}.set.a: a format string is not closed: write "%COMMAND%" or "%COMMAND(argument)%", and "%%" for a percent sign`,
  ],
  [
    'warns of a name that no header can have, and leaves it out',
    setting('add: { "x:a": b, c: d }, remove: ["x y"]'),
    `warning: ${request}.add: "x:a" is not a header name (RFC 9110) and is left out`,
    `warning: ${request}.remove: "x y" is not a header name (RFC 9110) and is left out`,
  ],
  [
    'refuses the host of a response',
    rule(`${route}, headers: { response: { set: { Host: a } } }`),
    'spec.http[0].headers.response.set.Host: the header "host" cannot be changed here',
  ],
  ['takes a doubled percent sign', setting('set: { a: "100%%" }')],
  [
    'refuses a number as a value',
    setting('set: { a: 1 }'),
    `${request}.set.a: expected a string, got the number 1; put it in quotes`,
  ],
  [
    'warns of the removal of what frames a message, and leaves it out',
    setting('remove: [Transfer-Encoding]'),
    `warning: ${request}.remove: "Transfer-Encoding" is what a message is framed by; the change is left out`,
  ],
  [
    'warns of a change of what frames a message, and leaves it out',
    setting('set: { content-length: "5" }'),
    `warning: ${request}.set: "content-length" is what a message is framed by; the change is left out`,
  ],
  ['refuses removal of host', setting('remove: [Host]'), `${request}.remove[0]: the header "host" cannot be removed`],
  [
    'refuses removal of :authority',
    setting('remove: [":authority"]'),
    `${request}.remove[0]: ":authority" is not a header that a rule can change`,
  ],
  ['refuses what is not a list', setting('remove: x'), `${request}.remove: expected a list, got the string "x"`],
  [
    'tells everything at once',
    `hosts: ["*"]\nhttp: [{ ${route}, websocketUpgrade: true }, { timeout: x }, { name: y }]`,
    'spec.hosts[0]: the wildcard host * is not allowed for the gateway "mesh"; name the hosts, or bind the rule to a Gateway',
    notDone('http.websocketUpgrade'),
    'spec.http[1].timeout: "x" is not a duration; write for example "1.5s" or "100ms"',
    'spec.http[2]: one of route, redirect and directResponse is required',
    'warning: spec.http[2]: not used: rule 0 takes everything already',
  ],
];

describeFull('VirtualService', import.meta.dirname);
describeVerdicts('VirtualService', [...hosts, ...actions, ...routes, ...timeouts, ...matches, ...headers]);
