import { type Case, describeFull, describeVerdicts } from '../../../testing/verdict.ts';

const parent = 'parentRefs: [{ name: gw }]';
const backend = 'backendRefs: [{ name: a, port: 80 }]';
const rule = (fields: string): string => `${parent}\nrules: [{ ${fields} }]`;
const match = (fields: string): string => rule(`matches: [{ ${fields} }], ${backend}`);
const filter = (type: string, field: string, value: string, rest = `, ${backend}`): string =>
  rule(`filters: [{ type: ${type}, ${field}: ${value} }]${rest}`);
const notDone = (name: string): string => `HTTPRoute.${name} is not done yet in this version; remove it`;
const noParent = 'warning: spec: without parentRefs the route is attached to nothing';
const unanswered = 'warning: spec.rules[0]: without backendRefs and without redirect, requests are answered 500';
const pathProblem = 'a path must not contain "//", "/./", "/../", "#" or an encoded slash';
const onePrefix = 'ReplacePrefixMatch needs a rule with exactly one match, of type PathPrefix';

const cases: Case[] = [
  ['takes one rule without match', rule(backend)],
  ['warns without parents', `rules: [{ ${backend} }]`, noParent],
  ['warns of a rule that answers 500', rule('name: a'), unanswered],
  ['refuses no rules', `${parent}\nrules: []`, 'spec.rules: at least one rule is required', unanswered],
  [
    'helps with a mistyped field',
    `${parent}\nhostname: a.b`,
    'spec.hostname: unknown field "hostname"; did you mean "hostnames"?',
    unanswered,
  ],
  [
    'helps with a mistyped field of a rule',
    rule(`backendRef: [], ${backend}`),
    'spec.rules[0].backendRef: unknown field "backendRef"; did you mean "backendRefs"?',
  ],
  ['takes a session', rule(`${backend}, sessionPersistence: {}`)],
  [
    'takes a session with a cookie that lasts',
    rule(
      `${backend}, sessionPersistence: { sessionName: cart, absoluteTimeout: 1h, cookieConfig: { lifetimeType: Permanent } }`,
    ),
  ],
  [
    'refuses a cookie that lasts for ever, and one in a header',
    `${parent}\nrules: [{ ${backend}, sessionPersistence: { cookieConfig: { lifetimeType: Permanent } } }, { ${backend}, sessionPersistence: { type: Header, cookieConfig: {} } }]`,
    'spec.rules[0].sessionPersistence: a permanent cookie needs absoluteTimeout',
    'spec.rules[1].sessionPersistence.cookieConfig: cookieConfig cannot stand beside type Header',
  ],
  [
    'refuses a session whose name is none',
    rule(`${backend}, sessionPersistence: { sessionName: "a b" }`),
    'spec.rules[0].sessionPersistence.sessionName: "a b" is no name of a cookie or header',
  ],
  [
    'warns of what does not hold for a session',
    rule(
      'backendRefs: [{ name: a, port: 80 }, { name: b, port: 80 }], sessionPersistence: { idleTimeout: 1m, absoluteTimeout: 1h }',
    ),
    'warning: spec.rules[0].sessionPersistence: the choice among several backends is made for each request; the session holds within a backend',
    'warning: spec.rules[0].sessionPersistence.idleTimeout: sessions that are idle do not end',
    'warning: spec.rules[0].sessionPersistence.absoluteTimeout: a session without permanent cookie ends when the client says so',
  ],
  [
    'warns of a mirror for one of several backends',
    rule(
      'backendRefs: [{ name: a, port: 80, filters: [{ type: RequestMirror, requestMirror: { backendRef: { name: m, port: 80 } } }] }, { name: b, port: 80 }]',
    ),
    'warning: spec.rules[0].backendRefs[0].filters[0].type: RequestMirror of one backend among several is not applied; write it for the rule',
  ],
  [
    'refuses an address as host name',
    `${parent}\nhostnames: [10.0.0.1]\nrules: [{ ${backend} }]`,
    'spec.hostnames[0]: an IP address is not allowed here; a host name is',
  ],
  [
    'refuses a bare wildcard',
    `${parent}\nhostnames: ["*"]\nrules: [{ ${backend} }]`,
    'spec.hostnames[0]: "*" is not a host name: lower-case letters, digits, "-" and "."',
  ],
  [
    'refuses upper case',
    `${parent}\nhostnames: [Shop.example]\nrules: [{ ${backend} }]`,
    'spec.hostnames[0]: "Shop.example" is not a host name: lower-case letters, digits, "-" and "."',
  ],
  ['takes a wildcard', `${parent}\nhostnames: ["*.example.com"]\nrules: [{ ${backend} }]`],
  [
    'refuses one parent twice',
    `parentRefs: [{ name: gw, port: 1 }, { name: gw, port: 1 }]\nrules: [{ ${backend} }]`,
    'spec.parentRefs[1]: this parent is given twice',
  ],
  [
    'refuses one parent twice without a difference',
    `parentRefs: [{ name: gw }, { name: gw, port: 1 }]\nrules: [{ ${backend} }]`,
    'spec.parentRefs[0]: sectionName or port is required where several references name one parent',
  ],
  [
    'takes one parent twice with a difference',
    `parentRefs: [{ name: gw, port: 2 }, { name: gw, port: 1 }]\nrules: [{ ${backend} }]`,
  ],
  [
    'warns of a parent that is none',
    `parentRefs: [{ kind: Deployment, group: apps, name: gw }]\nrules: [{ ${backend} }]`,
    'warning: spec.parentRefs[0]: a Deployment is no parent in this mesh; the route is not attached to it',
  ],
  [
    'refuses a relative path',
    match('path: { value: a }'),
    'spec.rules[0].matches[0].path.value: the path "a" must start with "/"',
  ],
  ['refuses two slashes', match('path: { value: /a//b }'), `spec.rules[0].matches[0].path.value: ${pathProblem}`],
  ['refuses dots', match('path: { type: Exact, value: /a/.. }'), `spec.rules[0].matches[0].path.value: ${pathProblem}`],
  ['refuses an encoded slash', match('path: { value: /a%2fb }'), `spec.rules[0].matches[0].path.value: ${pathProblem}`],
  [
    'refuses a blank',
    match('path: { value: "/a b" }'),
    'spec.rules[0].matches[0].path.value: a path must not contain characters that need encoding',
  ],
  ['takes any RE2 as path', match('path: { type: RegularExpression, value: "/a//b[^/]+" }')],
  [
    'refuses what is no RE2',
    match('path: { type: RegularExpression, value: "(?=a)" }'),
    'spec.rules[0].matches[0].path.value: not a regex of RE2 syntax: error parsing regexp: invalid or unsupported Perl syntax: `(?=`',
  ],
  [
    'refuses another type of path',
    match('path: { type: Prefix, value: /a }'),
    'spec.rules[0].matches[0].path.type: "Prefix" is not one of Exact, PathPrefix, RegularExpression',
  ],
  [
    'refuses a method in lower case',
    match('method: get'),
    'spec.rules[0].matches[0].method: "get" is not one of GET, HEAD, POST, PUT, DELETE, CONNECT, OPTIONS, TRACE, PATCH',
  ],
  [
    'refuses a header name with a colon',
    match('headers: [{ name: ":path", value: a }]'),
    'spec.rules[0].matches[0].headers[0].name: ":path" is not a header name (RFC 9110)',
  ],
  [
    'refuses a header without value',
    match('headers: [{ name: a }]'),
    'spec.rules[0].matches[0].headers[0].value: "value" is required',
  ],
  [
    'refuses an empty value',
    match('queryParams: [{ name: a, value: "" }]'),
    'spec.rules[0].matches[0].queryParams[0].value: the value of a query parameter has 1 to 1024 characters',
  ],
  [
    'refuses the same query parameter twice',
    match('queryParams: [{ name: a, value: b }, { name: a, value: c }]'),
    'spec.rules[0].matches[0].queryParams[1].name: the query parameter "a" is given twice',
  ],
  [
    'needs the field of a filter',
    rule(`filters: [{ type: URLRewrite }], ${backend}`),
    'spec.rules[0].filters[0]: a filter of type URLRewrite needs urlRewrite',
  ],
  [
    'refuses the field of another filter',
    rule(`filters: [{ type: URLRewrite, urlRewrite: {}, cors: {} }], ${backend}`),
    'spec.rules[0].filters[0].cors: cors cannot stand beside type URLRewrite',
  ],
  [
    'refuses ExtensionRef by name',
    rule(`filters: [{ type: ExtensionRef }], ${backend}`),
    `spec.rules[0].filters[0].type: ${notDone('rules.filters.type ExtensionRef')}`,
  ],
  [
    'refuses a filter that is none',
    rule(`filters: [{ type: Rewrite }], ${backend}`),
    'spec.rules[0].filters[0].type: "Rewrite" is not one of RequestHeaderModifier, ResponseHeaderModifier, RequestMirror, RequestRedirect, URLRewrite, CORS',
  ],
  [
    'refuses a filter twice',
    rule(`filters: [{ type: CORS, cors: {} }, { type: CORS, cors: {} }], ${backend}`),
    'spec.rules[0].filters[1]: a second CORS',
  ],
  [
    'takes several mirrors',
    rule(
      `filters: [{ type: RequestMirror, requestMirror: { backendRef: { name: a, port: 1 } } }, { type: RequestMirror, requestMirror: { backendRef: { name: b, port: 1 } } }], ${backend}`,
    ),
  ],
  [
    'refuses redirect beside rewrite',
    rule('filters: [{ type: RequestRedirect, requestRedirect: {} }, { type: URLRewrite, urlRewrite: {} }]'),
    'spec.rules[0].filters: RequestRedirect and URLRewrite exclude one another',
  ],
  [
    'refuses redirect beside backends',
    filter('RequestRedirect', 'requestRedirect', '{ scheme: https }'),
    'spec.rules[0].backendRefs: a rule with RequestRedirect sends nothing to backends; remove one of both',
  ],
  [
    'refuses another status',
    filter('RequestRedirect', 'requestRedirect', '{ statusCode: 200 }', ''),
    'spec.rules[0].filters[0].requestRedirect.statusCode: statusCode must be 301, 302, 303, 307 or 308',
  ],
  [
    'refuses a prefix to replace without a prefix',
    rule(
      `matches: [{ path: { type: Exact, value: /a } }], filters: [{ type: URLRewrite, urlRewrite: { path: { type: ReplacePrefixMatch, replacePrefixMatch: /b } } }], ${backend}`,
    ),
    `spec.rules[0].filters[0].urlRewrite.path: ${onePrefix}`,
  ],
  [
    'refuses a prefix to replace with two matches',
    rule(
      'matches: [{ path: { value: /a } }, { path: { value: /b } }], filters: [{ type: RequestRedirect, requestRedirect: { path: { type: ReplacePrefixMatch, replacePrefixMatch: /b } } }]',
    ),
    `spec.rules[0].filters[0].requestRedirect.path: ${onePrefix}`,
  ],
  [
    'takes a prefix to replace without match',
    filter('URLRewrite', 'urlRewrite', '{ path: { type: ReplacePrefixMatch, replacePrefixMatch: /b } }'),
  ],
  [
    'refuses the wrong field of a path',
    filter('URLRewrite', 'urlRewrite', '{ path: { type: ReplaceFullPath, replacePrefixMatch: /b } }'),
    'spec.rules[0].filters[0].urlRewrite.path: type ReplaceFullPath needs replaceFullPath',
    'spec.rules[0].filters[0].urlRewrite.path.replacePrefixMatch: replacePrefixMatch cannot stand beside type ReplaceFullPath',
  ],
  [
    'refuses a header set twice',
    filter('RequestHeaderModifier', 'requestHeaderModifier', '{ set: [{ name: a, value: b }, { name: A, value: c }] }'),
    'spec.rules[0].filters[0].requestHeaderModifier.set[1].name: the header "A" is given twice',
  ],
  [
    'refuses to touch the framing',
    filter('RequestHeaderModifier', 'requestHeaderModifier', '{ remove: [Content-Length] }'),
    'spec.rules[0].filters[0].requestHeaderModifier.remove[0]: the header "content-length" cannot be changed by a filter',
  ],
  [
    'refuses percent beside fraction',
    filter(
      'RequestMirror',
      'requestMirror',
      '{ backendRef: { name: a, port: 1 }, percent: 1, fraction: { numerator: 1 } }',
    ),
    'spec.rules[0].filters[0].requestMirror: only one of percent and fraction may be given',
  ],
  [
    'refuses more than all',
    filter('RequestMirror', 'requestMirror', '{ backendRef: { name: a, port: 1 }, fraction: { numerator: 101 } }'),
    'spec.rules[0].filters[0].requestMirror.fraction: numerator is over denominator',
  ],
  [
    'refuses an origin that is none',
    filter('CORS', 'cors', '{ allowOrigins: [shop.example] }'),
    'spec.rules[0].filters[0].cors.allowOrigins[0]: "shop.example" is not an origin, as in "https://shop.example.com"',
  ],
  [
    'refuses * beside others',
    filter('CORS', 'cors', '{ allowMethods: [GET, "*"] }'),
    'spec.rules[0].filters[0].cors.allowMethods: "*" takes everything; nothing can stand beside it',
  ],
  [
    'needs the port of a Service',
    rule('backendRefs: [{ name: a }]'),
    'spec.rules[0].backendRefs[0]: a reference to a Service needs a port',
  ],
  [
    'refuses a weight below 0',
    rule('backendRefs: [{ name: a, port: 1, weight: -1 }]'),
    'spec.rules[0].backendRefs[0].weight: weight -1 is not in the range 0 to 1000000',
  ],
  [
    'warns of a backend that is none',
    rule('backendRefs: [{ name: a, kind: Bucket, group: s3.example }]'),
    'warning: spec.rules[0].backendRefs[0].kind: a Bucket of s3.example is no backend in this mesh; requests for it are answered 500',
  ],
  [
    "takes Istio's host names",
    rule('backendRefs: [{ name: a.example.com, kind: Hostname, group: networking.istio.io, port: 443 }]'),
  ],
  [
    'refuses a redirect of one backend',
    rule('backendRefs: [{ name: a, port: 1, filters: [{ type: RequestRedirect, requestRedirect: {} }] }]'),
    'spec.rules[0].backendRefs[0].filters[0].type: RequestRedirect is for a rule, not for one of its backends',
  ],
  [
    'refuses Go durations',
    rule(`${backend}, timeouts: { request: 1.5s }`),
    'spec.rules[0].timeouts.request: "1.5s" is not a duration of the Gateway API; write for example "10s" or "1m30s"',
  ],
  [
    'refuses a try longer than all',
    rule(`${backend}, timeouts: { request: 1s, backendRequest: 2s }`),
    'spec.rules[0].timeouts.backendRequest: backendRequest is longer than request',
  ],
  ['takes 0s for no time limit', rule(`${backend}, timeouts: { request: 0s, backendRequest: 2s }`)],
  [
    'refuses to retry a success',
    rule(`${backend}, retry: { codes: [200] }`),
    'spec.rules[0].retry.codes[0]: status code 200 is not in the range 400 to 599',
  ],
  [
    'refuses two rules of one name',
    `${parent}\nrules: [{ name: a, ${backend} }, { name: a, ${backend} }]`,
    'spec.rules[1].name: duplicate rule "a"',
  ],
  [
    'refuses too many backends',
    rule(`backendRefs: [${'{ name: a, port: 1 }, '.repeat(17)}]`),
    'spec.rules[0].backendRefs: at most 16 backends are allowed',
  ],
];

describeFull('HTTPRoute', import.meta.dirname);
describeVerdicts('HTTPRoute', cases);
