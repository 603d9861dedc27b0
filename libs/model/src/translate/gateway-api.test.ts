import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import type { HttpRule } from '../kinds/virtual-service/http-spec.ts';
import { createModel } from '../model.ts';
import { parseDocuments } from '../parse.ts';
import { translateRoute } from './gateway-api.ts';
import { pathRewrite } from './path-rewrite.ts';
import { byPrecedence, type PlacedRule } from './route-precedence.ts';
import type { TranslatedRule } from './translated-rule.ts';

const api = 'gateway.networking.k8s.io/v1';
const services = ['a', 'b']
  .map(
    (name) =>
      `apiVersion: v1\nkind: Service\nmetadata: { name: ${name}, namespace: shop }\nspec: { ports: [{ port: 80 }] }\n---\n`,
  )
  .join('');
const toA = 'backendRefs: [{ name: a, port: 80 }]';
const a = { host: 'a.shop.svc.cluster.local', port: { number: 80 } };
const routeToA = [{ destination: a, weight: 1 }];

function rulesOf(rules: string, kind: 'HTTPRoute' | 'GRPCRoute' = 'HTTPRoute'): readonly TranslatedRule[] {
  const text = `${services}apiVersion: ${api}\nkind: ${kind}\nmetadata: { name: r, namespace: shop }\nspec: { parentRefs: [{ name: gw }], rules: [${rules}] }\n`;
  const { resources, violations } = parseDocuments('f.yaml', text);
  expect(violations).toEqual([]);
  const model = createModel(resources);
  const [route] = model.byKind(kind);
  return route === undefined
    ? []
    : translateRoute(model, route as Parameters<typeof translateRoute>[1], 'cluster.local');
}

const ruleOf = (rules: string, kind?: 'HTTPRoute' | 'GRPCRoute'): HttpRule | undefined => rulesOf(rules, kind)[0]?.rule;

describe('the matches of an HTTPRoute', () => {
  it.each([
    ['nothing', 'path: {}', undefined],
    ['everything', 'path: { type: PathPrefix, value: / }', undefined],
    ['a prefix', 'path: { value: /orders }', { pathPrefix: '/orders' }],
    ['a prefix with a slash at its end', 'path: { value: /orders/ }', { pathPrefix: '/orders' }],
    ['one path', 'path: { type: Exact, value: /a }', { uri: { exact: '/a' } }],
    ['a regex', 'path: { type: RegularExpression, value: "/a.*" }', { uri: { regex: '/a.*' } }],
    ['a method', 'method: GET', { method: { exact: 'GET' } }],
    [
      'headers, the first of a name',
      'headers: [{ name: X-A, value: b }, { name: x-a, value: c }, { type: RegularExpression, name: x-b, value: "1+" }]',
      { headers: { 'x-a': { exact: 'b' }, 'x-b': { regex: '1+' } } },
    ],
    ['query parameters', 'queryParams: [{ name: V, value: "2" }]', { queryParams: { V: { exact: '2' } } }],
  ])('may be %s', (_name, match, expected) => {
    expect(ruleOf(`{ matches: [{ ${match} }], ${toA} }`)?.match).toEqual(expected && [expected]);
  });

  it('become one rule each, with their places', () => {
    const rules = rulesOf(`{ name: x, matches: [{ path: { value: /a } }, { method: GET }], ${toA} }, { ${toA} }`);
    expect(rules).toEqual([
      { path: 'spec.rules[0].matches[0]', rule: { name: 'x', match: [{ pathPrefix: '/a' }], route: routeToA } },
      { path: 'spec.rules[0].matches[1]', rule: { name: 'x', match: [{ method: { exact: 'GET' } }], route: routeToA } },
      { path: 'spec.rules[1]', rule: { route: routeToA } },
    ]);
  });
});

describe('the matches of a GRPCRoute', () => {
  it.each([
    ['service: shop.v1.Orders, method: Get', { uri: { exact: '/shop.v1.Orders/Get' } }],
    ['service: shop.v1.Orders', { uri: { prefix: '/shop.v1.Orders/' } }],
    ['method: Get', { uri: { regex: '/[^/]+/Get' } }],
    ['type: RegularExpression, service: "shop\\\\..*"', { uri: { regex: '/shop\\..*/[^/]+' } }],
    ['type: RegularExpression, method: "Get.*"', { uri: { regex: '/[^/]+/Get.*' } }],
  ])('of %s', (method, expected) => {
    expect(ruleOf(`{ matches: [{ method: { ${method} } }], ${toA} }`, 'GRPCRoute')?.match).toEqual([expected]);
  });

  it('take every call where there are none', () => {
    expect(rulesOf(`{ ${toA} }`, 'GRPCRoute')).toEqual([{ path: 'spec.rules[0]', rule: { route: routeToA } }]);
  });
});

describe('the backends of a route', () => {
  it('have weights, of which 0 is left out', () => {
    const backends =
      '{ backendRefs: [{ name: a, port: 80, weight: 9 }, { name: b, port: 80 }, { name: b, port: 80, weight: 0 }] }';
    expect(ruleOf(backends)?.route).toEqual([
      { destination: a, weight: 9 },
      { destination: { host: 'b.shop.svc.cluster.local', port: { number: 80 } }, weight: 1 },
    ]);
  });

  it('have headers of their own', () => {
    const filter = '{ type: RequestHeaderModifier, requestHeaderModifier: { set: [{ name: v, value: "100%" }] } }';
    expect(ruleOf(`{ backendRefs: [{ name: a, port: 80, filters: [${filter}] }] }`)?.route).toEqual([
      { destination: a, weight: 1, headers: { request: { set: { v: '100%%' } } } },
    ]);
  });

  it.each([
    ['none', 'name: x', 'HTTPRoute', 500],
    ['none but weight 0', 'backendRefs: [{ name: a, port: 80, weight: 0 }]', 'HTTPRoute', 500],
    ['one that is not there', 'backendRefs: [{ name: none, port: 80 }]', 'HTTPRoute', 500],
    ['one of another namespace', 'backendRefs: [{ name: a, namespace: other, port: 80 }]', 'HTTPRoute', 500],
    ['none for gRPC', 'name: x', 'GRPCRoute', 503],
  ] as const)('that are %s are an answer of our own', (_name, fields, kind, status) => {
    const rule = ruleOf(`{ ${fields} }`, kind);
    expect(rule?.directResponse).toEqual({ status });
    expect(rule?.route).toBeUndefined();
  });

  it('that may not be named take their share of the requests to an error', () => {
    const backends = '{ backendRefs: [{ name: a, port: 80 }, { name: a, namespace: other, port: 80 }] }';
    expect(ruleOf(backends)?.route).toEqual([
      { destination: a, weight: 1 },
      { destination: { host: 'invalid-backend.invalid' }, weight: 1 },
    ]);
  });

  it('may be hosts', () => {
    const backends =
      '{ backendRefs: [{ name: a, port: 80 }, { group: networking.istio.io, kind: Hostname, name: a.shop.svc.x, port: 80 }] }';
    expect(ruleOf(backends)?.route?.[1]?.destination).toEqual({ host: 'a.shop.svc.x', port: { number: 80 } });
  });
});

describe('the filters of a route', () => {
  const withFilter = (filter: string, rest = `, ${toA}`): HttpRule | undefined =>
    ruleOf(`{ matches: [{ path: { value: /old } }], filters: [${filter}]${rest} }`);

  it('change headers', () => {
    const filters = `{ type: RequestHeaderModifier, requestHeaderModifier: { set: [{ name: a, value: b }], add: [{ name: c, value: d }], remove: [e] } },
      { type: ResponseHeaderModifier, responseHeaderModifier: { add: [{ name: f, value: g }] } }`;
    expect(withFilter(filters)?.headers).toEqual({
      request: { set: { a: 'b' }, add: { c: 'd' }, remove: ['e'] },
      response: { add: { f: 'g' } },
    });
  });

  it('mirror', () => {
    const mirror = (rest: string): string =>
      `{ type: RequestMirror, requestMirror: { backendRef: { name: a, port: 80 }${rest} } }`;
    const filters = [
      mirror(''),
      mirror(', percent: 5'),
      mirror(', fraction: { numerator: 1, denominator: 1000 }'),
    ].join(', ');
    expect(withFilter(filters)?.mirrors).toEqual([
      { destination: a },
      { destination: a, percentage: { value: 5 } },
      { destination: a, percentage: { value: 0.1 } },
    ]);
  });

  it('mirror to nobody where the backend may not be named', () => {
    expect(
      withFilter('{ type: RequestMirror, requestMirror: { backendRef: { name: a, namespace: other, port: 80 } } }')
        ?.mirrors,
    ).toBeUndefined();
  });

  it.each([
    ['{ scheme: https }', { scheme: 'https', derivePort: 'FROM_PROTOCOL_DEFAULT', redirectCode: 302 }],
    ['{ hostname: b.example }', { authority: 'b.example', derivePort: 'FROM_REQUEST_PORT', redirectCode: 302 }],
    ['{ port: 8443, statusCode: 301 }', { port: 8443, redirectCode: 301 }],
    [
      '{ path: { type: ReplaceFullPath, replaceFullPath: /new } }',
      { uri: '/new', derivePort: 'FROM_REQUEST_PORT', redirectCode: 302 },
    ],
    [
      '{ path: { type: ReplacePrefixMatch, replacePrefixMatch: /new } }',
      {
        uriRegexRewrite: { match: '^/old(.*)$', rewrite: '/new\\1' },
        derivePort: 'FROM_REQUEST_PORT',
        redirectCode: 302,
      },
    ],
  ])('redirect by %s', (redirect, expected) => {
    const rule = withFilter(`{ type: RequestRedirect, requestRedirect: ${redirect} }`, '');
    expect(rule).toEqual({ match: [{ pathPrefix: '/old' }], redirect: expected });
  });

  it('rewrite host and path', () => {
    expect(
      withFilter(
        '{ type: URLRewrite, urlRewrite: { hostname: b.example, path: { type: ReplacePrefixMatch, replacePrefixMatch: / } } }',
      )?.rewrite,
    ).toEqual({
      authority: 'b.example',
      uriRegexRewrite: { match: '^/old/*(.*)$', rewrite: '/\\1' },
    });
  });

  it('allow other origins', () => {
    const cors =
      '{ type: CORS, cors: { allowOrigins: ["https://a.example", "https://*.b.example"], allowMethods: [GET], maxAge: 60, allowCredentials: true } }';
    expect(withFilter(cors)?.corsPolicy).toEqual({
      allowOrigins: [{ exact: 'https://a.example' }, { regex: 'https://[^/]+\\.b\\.example' }],
      allowMethods: ['GET'],
      allowCredentials: true,
      maxAgeMs: 60_000,
      unmatchedPreflights: 'IGNORE',
    });
  });
});

it.each([
  ['{ request: 10s }', undefined, { timeoutMs: 10_000 }],
  ['{ request: 0s }', undefined, {}],
  [
    '{ request: 10s, backendRequest: 1s }',
    undefined,
    { timeoutMs: 10_000, retries: { attempts: 2, perTryTimeoutMs: 1_000 } },
  ],
  ['{}', '{}', { retries: { attempts: 2, retryOn: 'connect-failure,refused-stream,unavailable,cancelled' } }],
  [
    '{ backendRequest: 1s }',
    '{ attempts: 0, codes: [503], backoff: 10ms }',
    {
      retries: {
        attempts: 0,
        retryOn: 'connect-failure,refused-stream,unavailable,cancelled,503',
        backoffMs: 10,
        perTryTimeoutMs: 1_000,
      },
    },
  ],
])('timeouts %s and retry %s', (timeouts, retry, expected) => {
  const rule = ruleOf(`{ ${toA}, timeouts: ${timeouts}${retry === undefined ? '' : `, retry: ${retry}`} }`);
  expect(rule).toEqual({ route: routeToA, ...expected });
});

it.each([
  ['ReplacePrefixMatch', '/foo', '/xyz', '/foo/bar', '/xyz/bar'],
  ['ReplacePrefixMatch', '/foo', '/xyz/', '/foo/bar', '/xyz/bar'],
  ['ReplacePrefixMatch', '/foo/', '/xyz', '/foo/bar', '/xyz/bar'],
  ['ReplacePrefixMatch', '/foo', '/xyz', '/foo', '/xyz'],
  ['ReplacePrefixMatch', '/foo', '/xyz', '/foo/', '/xyz/'],
  ['ReplacePrefixMatch', '/foo', '', '/foo/bar', '/bar'],
  ['ReplacePrefixMatch', '/foo', '', '/foo', '/'],
  ['ReplacePrefixMatch', '/foo', '/', '/foo/', '/'],
  ['ReplacePrefixMatch', '/', '/xyz', '/a', '/xyz/a'],
  ['ReplacePrefixMatch', '/a.b', '/c', '/a.b/d', '/c/d'],
  ['ReplaceFullPath', '/', '/new', '/a/b', '/new'],
  ['ReplaceFullPath', '/', '', '/a/b', '/'],
] as const)('%s of %s by %j makes of %s %s', (type, prefix, by, before, after) => {
  const modifier =
    type === 'ReplaceFullPath'
      ? { type, replaceFullPath: by }
      : { type: 'ReplacePrefixMatch' as const, replacePrefixMatch: by };
  const { match, rewrite } = pathRewrite(modifier, prefix);
  expect(RE2JS.compile(match).matcher(before).replaceAll(rewrite.replaceAll('\\1', '$1'))).toBe(after);
});

it('rules stand in the order of the Gateway API', () => {
  const resource = {
    name: 'r',
    namespace: 'shop',
    creationTimestamp: '2021-01-01T00:00:00Z',
  } as PlacedRule['resource'];
  const older = { ...resource, name: 'z', creationTimestamp: '2020-01-01T00:00:00Z' };
  const placed = (
    name: string,
    match: NonNullable<HttpRule['match']>[number] | undefined,
    of = resource,
  ): PlacedRule => ({
    path: name,
    resource: of,
    rule: match === undefined ? {} : { match: [match] },
  });
  const rules = [
    placed('all', undefined),
    placed('regex', { uri: { regex: '/a/very/long/one.*' } }),
    placed('short prefix', { pathPrefix: '/a' }),
    placed('query', { pathPrefix: '/a', queryParams: { a: {} } }),
    placed('header', { pathPrefix: '/a', headers: { a: {} } }),
    placed('two headers', { pathPrefix: '/a', headers: { a: {}, b: {} } }),
    placed('method', { pathPrefix: '/a', method: { exact: 'GET' } }),
    placed('long prefix', { pathPrefix: '/a/b' }),
    placed('exact', { uri: { exact: '/' } }),
    placed('short prefix, older', { pathPrefix: '/b' }, older),
    placed('short prefix, later', { pathPrefix: '/c' }),
  ];
  expect(byPrecedence(rules).map(({ path }) => path)).toEqual([
    'exact',
    'long prefix',
    'method',
    'two headers',
    'header',
    'query',
    'short prefix, older',
    'short prefix',
    'short prefix, later',
    'regex',
    'all',
  ]);
});
