import { type Case, describeFull, describeVerdicts } from '../../testing/verdict.ts';

const rule = (fields: string): string => `jwtRules: [{ issuer: a, ${fields} }]`;
const jwks = (value: string): string => rule(`jwks: '${value}'`);
const at = 'spec.jwtRules[0]';

const cases: Case[] = [
  ['may say nothing', '{}'],
  ['takes no rules', 'jwtRules: []'],
  ['takes an issuer alone', 'jwtRules: [{ issuer: a }]'],
  ['takes a key set alone by its address', 'jwtRules: [{ jwksUri: https://a/keys }]'],
  ['takes the older spelling of jwksUri', 'jwtRules: [{ jwks_uri: http://a/keys }]'],
  ['takes an issuer twice', 'jwtRules: [{ issuer: a }, { issuer: a }]'],
  ['refuses a rule of nothing', 'jwtRules: [{}]', `${at}.issuer: a JWT rule needs issuer or jwksUri`],
  [
    'refuses a key set without issuer',
    `jwtRules: [{ jwks: '{"keys":[]}' }]`,
    `${at}.issuer: a JWT rule needs issuer or jwksUri`,
  ],
  ['refuses an empty issuer', 'jwtRules: [{ issuer: "" }]', `${at}.issuer: a JWT rule needs issuer or jwksUri`],
  [
    'knows what was meant',
    'jwtRules: [{ isuer: a }]',
    `${at}.issuer: a JWT rule needs issuer or jwksUri`,
    `${at}.isuer: unknown field "isuer"; did you mean "issuer"?`,
  ],
  ['refuses an empty audience', rule('audiences: [""]'), `${at}.audiences[0]: an audience must not be empty`],
  [
    'refuses an address without scheme',
    rule('jwksUri: a.b/jwks'),
    `${at}.jwksUri: "a.b/jwks" is not an address of a key set: it must start with http:// or https://`,
  ],
  [
    'refuses another scheme',
    rule('jwksUri: ftp://a/jwks'),
    `${at}.jwksUri: "ftp://a/jwks" is not an address of a key set: it must start with http:// or https://`,
  ],
  [
    'refuses an address with a bad port',
    rule('jwksUri: "https://a:b/jwks"'),
    `${at}.jwksUri: "https://a:b/jwks" is not a URL`,
  ],
  ['takes an address with a port', rule('jwksUri: "HTTPS://a:8443/jwks"')],
  ['takes a key set', jwks('{"keys":[{"kty":"RSA","n":"AA","e":"AQAB"}]}')],
  ['takes an empty key set', jwks('{"keys":[]}')],
  ['takes a single key', jwks('{"kty":"oct","k":"AA"}')],
  ['refuses what is not JSON', jwks('keys'), `${at}.jwks: jwks is not JSON`],
  ['refuses a list', jwks('[]'), `${at}.jwks: jwks must be a JSON object with "keys"`],
  ['refuses no keys', jwks('{}'), `${at}.jwks: jwks has no "keys"`],
  ['refuses keys that are no list', jwks('{"keys":{}}'), `${at}.jwks: "keys" of jwks must be a list`],
  ['refuses a key that is no object', jwks('{"keys":[1]}'), `${at}.jwks: key 0 of jwks must be a JSON object`],
  [
    'refuses a kind of key that is unknown',
    jwks('{"keys":[{"kty":"X"}]}'),
    `${at}.jwks: "kty" of key 0 of jwks must be RSA, EC, OKP or oct`,
  ],
  [
    'refuses a key without a member',
    jwks('{"keys":[{"kty":"OKP","crv":"Ed25519","x":"A"},{"kty":"RSA","n":"AA"}]}'),
    `${at}.jwks: key 1 of jwks has no "e"`,
  ],
  [
    'refuses a key set in two places',
    rule(`jwksUri: https://a, jwks: '{"keys":[]}'`),
    `${at}: only one of jwks and jwksUri may be given`,
  ],
  [
    'refuses a header without name',
    rule('fromHeaders: [{ prefix: x }]'),
    `${at}.fromHeaders[0].name: "name" is required`,
  ],
  [
    'refuses a header with an empty name',
    rule('fromHeaders: [{ name: "" }]'),
    `${at}.fromHeaders[0].name: the name of a header must not be empty`,
  ],
  ['takes a header with a prefix', rule('fromHeaders: [{ name: x-a, prefix: "Token " }]')],
  [
    'refuses an empty parameter',
    rule('fromParams: [a, ""]'),
    `${at}.fromParams[1]: the name of a query parameter must not be empty`,
  ],
  [
    'refuses an empty cookie',
    rule('fromCookies: [""]'),
    `${at}.fromCookies[0]: the name of a cookie must not be empty`,
  ],
  [
    'refuses a line break in a cookie',
    rule('fromCookies: ["a\\nb"]'),
    `${at}.fromCookies[0]: the name of a cookie must not contain control characters`,
  ],
  [
    'refuses a claim without header',
    rule('outputClaimToHeaders: [{ claim: sub }]'),
    `${at}.outputClaimToHeaders[0].header: "header" is required`,
  ],
  [
    'refuses a header that is none',
    rule('outputClaimToHeaders: [{ header: "x a", claim: sub }]'),
    `${at}.outputClaimToHeaders[0].header: "x a" is not a header that a claim can go to: letters, digits and "-"`,
  ],
  [
    'refuses a header without claim',
    rule('outputClaimToHeaders: [{ header: x-a, claim: "" }]'),
    `${at}.outputClaimToHeaders[0].claim: the name of a claim must not be empty`,
  ],
  ['takes claims for headers', rule('outputClaimToHeaders: [{ header: x-a, claim: a.b }]')],
  [
    'refuses a word for forwardOriginalToken',
    rule('forwardOriginalToken: "yes"'),
    `${at}.forwardOriginalToken: expected true or false, got the string "yes"`,
  ],
  ['refuses a timeout of nothing', rule('timeout: 0s'), `${at}.timeout: the duration 0s must be at least 1ms`],
  [
    'refuses a number for timeout',
    rule('timeout: 5'),
    `${at}.timeout: expected a string, got the number 5; put it in quotes`,
  ],
  [
    'refuses selector beside targetRef',
    'selector: { matchLabels: { a: b } }\ntargetRef: { group: gateway.networking.k8s.io, kind: Gateway, name: g }',
    'spec: only one of selector, targetRef and targetRefs may be given',
  ],
  [
    'refuses targetRef beside targetRefs',
    'targetRef: { kind: Service, name: g }\ntargetRefs: [{ kind: Service, name: h }]',
    'spec: only one of selector, targetRef and targetRefs may be given',
  ],
  ['takes an empty list of targets beside a selector', 'selector: { matchLabels: { a: b } }\ntargetRefs: []'],
  ['takes a ServiceEntry as target', 'targetRefs: [{ group: networking.istio.io, kind: ServiceEntry, name: g }]'],
  ['takes a GatewayClass as target', 'targetRefs: [{ group: gateway.networking.k8s.io, kind: GatewayClass, name: g }]'],
  [
    'refuses an Istio Gateway as target',
    'targetRefs: [{ group: networking.istio.io, kind: Gateway, name: g }]',
    'spec.targetRefs[0].kind: "networking.istio.io/Gateway" cannot be a target; known: core/Service, networking.istio.io/ServiceEntry, gateway.networking.k8s.io/Gateway, gateway.networking.k8s.io/GatewayClass',
  ],
  ['refuses a target without name', 'targetRef: { kind: Service }', 'spec.targetRef.name: "name" is required'],
  [
    'refuses a target with an empty name',
    'targetRef: { kind: Service, name: "" }',
    'spec.targetRef.name: the name of the target must not be empty',
  ],
  [
    'refuses a target of another namespace',
    'targetRef: { kind: Service, name: a, namespace: other }',
    'spec.targetRef.namespace: a target is of the policy’s own namespace; remove "namespace"',
  ],
  [
    'refuses more targets than Kubernetes stores',
    `targetRefs: [${Array.from({ length: 17 }, (_, index) => `{ kind: Service, name: s${index} }`).join(', ')}]`,
    'spec.targetRefs: at most 16 targets',
  ],
];

describeVerdicts('RequestAuthentication', cases);
describeFull('RequestAuthentication', import.meta.dirname);
