/** Domains, paths, headers, query parameters: which route a request gets. */

import { createManualClock, createSeededRandom } from '@weft/kernel';
import { RedirectAction_RedirectResponseCode as Code } from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { describe, expect, it } from 'vitest';
import { directResponseBytesMax } from '../limits.ts';
import type { Route } from '../tables.ts';
import { host, type RouteInit, request, routeTo, routeUpdate, testRuntime } from '../testing/resources.ts';

type Match = NonNullable<RouteInit['match']>;
type Hosts = Parameters<typeof routeUpdate>[1];

function tableOf(hosts: Hosts, change: Parameters<typeof routeUpdate>[2] = {}) {
  const runtime = testRuntime(createManualClock());
  expect(runtime.apply(routeUpdate('r', hosts, change))).toBeUndefined();
  const table = runtime.tables.routes.get('r');
  if (table === undefined) throw new Error('no table');
  return table;
}

function onlyRoute(init: RouteInit): Route {
  const route = tableOf([host('h', ['*'], [init])]).match(request('GET a/x'));
  if (route === undefined) throw new Error('no route');
  return route;
}

const path = (kind: 'prefix' | 'path' | 'pathSeparatedPrefix', value: string, more: object = {}): Match =>
  ({ pathSpecifier: { case: kind, value }, ...more }) as Match;
const regex = (pattern: string): Match =>
  ({ pathSpecifier: { case: 'safeRegex', value: { regex: pattern } } }) as Match;
const header = (name: string, kind: string, value: unknown, more: object = {}): Match =>
  ({
    headers: [
      {
        name,
        headerMatchSpecifier:
          kind === 'present'
            ? { case: 'presentMatch', value }
            : { case: 'stringMatch', value: { matchPattern: { case: kind, value } } },
        ...more,
      },
    ],
  }) as unknown as Match;
const query = (name: string, kind: string, value: unknown): Match =>
  ({
    queryParameters: [
      {
        name,
        queryParameterMatchSpecifier:
          kind === 'present'
            ? { case: 'presentMatch', value }
            : { case: 'stringMatch', value: { matchPattern: { case: kind, value } } },
      },
    ],
  }) as unknown as Match;

const both = { ...header('x', 'exact', '1'), ...query('v', 'exact', '2') } as Match;

describe('the domain of a request', () => {
  const domains: readonly (readonly [string, readonly string[]])[] = [
    ['exact', ['shop.test', 'Payment.Shop:8080']],
    ['suffix', ['*.shop.test']],
    ['longer-suffix', ['*.pay.shop.test', '*-x.shop.test']],
    ['prefix', ['shop.*']],
    ['longer-prefix', ['shop.other.*']],
    ['any', ['*']],
  ];
  const table = tableOf(domains.map(([name, names]) => host(name, [...names], [routeTo('c')])));

  it.each([
    ['shop.test', 'exact'],
    ['payment.shop:8080', 'exact'],
    ['payment.shop', 'any'],
    ['payment.shop:80', 'any'],
    ['a.shop.test', 'suffix'],
    ['a.b.shop.test', 'suffix'],
    ['.shop.test', 'any'],
    ['a.pay.shop.test', 'longer-suffix'],
    ['a-x.shop.test', 'longer-suffix'],
    ['a.shop.test:80', 'any'],
    ['shop.example', 'prefix'],
    ['shop.other.example', 'longer-prefix'],
    ['shop.', 'any'],
    ['nothing', 'any'],
    ['', 'any'],
  ])('%j is taken by %s', (authority, expected) => {
    expect(table.virtualHostOf(authority)?.name).toBe(expected);
  });

  it('is compared without its port where the configuration says so', () => {
    const bare = tableOf([host('h', ['shop.test', '[::1]'], [routeTo('c')])], { ignorePortInHostMatching: true });
    expect(bare.virtualHostOf('shop.test:8080')?.name).toBe('h');
    expect(bare.virtualHostOf('[::1]:80')?.name).toBe('h');
    expect(bare.virtualHostOf('shop.tests:8080')).toBeUndefined();
  });

  it('says where it is from', () => {
    const weft = { resource: 'VirtualService shop/a', file: 'mesh/a.yaml', line: 7, rule: 'hosts[0]' };
    const metadata = { filterMetadata: { weft } };
    const hosts: Hosts = [{ name: 'h', domains: ['a'], routes: [routeTo('c')], metadata }];
    const table = tableOf(hosts);
    expect(table.virtualHostOf('a')).toMatchObject({ name: 'h', from: weft });
  });

  it('is nothing without a domain that takes it', () => {
    const few = tableOf([host('h', ['a'], [routeTo('c')])]);
    expect(few.match(request('GET b/'))).toBeUndefined();
    expect(few.virtualHostOf('b')).toBeUndefined();
  });
});

describe('the match of a route', () => {
  const cases: readonly (readonly [string, Match, string, Readonly<Record<string, string>>, boolean])[] = [
    ['prefix', path('prefix', '/api'), 'GET a/api/x', {}, true],
    ['prefix without a boundary', path('prefix', '/api'), 'GET a/apis', {}, true],
    ['prefix of another path', path('prefix', '/api'), 'GET a/ap', {}, false],
    ['prefix in another case', path('prefix', '/api'), 'GET a/API', {}, false],
    ['prefix, case ignored', path('prefix', '/Api', { caseSensitive: false }), 'GET a/aPI/x', {}, true],
    ['separated prefix itself', path('pathSeparatedPrefix', '/api'), 'GET a/api', {}, true],
    ['separated prefix below', path('pathSeparatedPrefix', '/api'), 'GET a/api/x', {}, true],
    ['separated prefix beside', path('pathSeparatedPrefix', '/api'), 'GET a/apis', {}, false],
    ['exact path', path('path', '/api'), 'GET a/api', {}, true],
    ['exact path with a query', path('path', '/api'), 'GET a/api?x=1', {}, true],
    ['exact path, longer request', path('path', '/api'), 'GET a/api/', {}, false],
    ['exact path, case ignored', path('path', '/api', { caseSensitive: false }), 'GET a/Api', {}, true],
    ['regex matches the whole', regex('/a[0-9]+'), 'GET a/a12', {}, true],
    ['regex does not match a part', regex('/a[0-9]+'), 'GET a/a12/b', {}, false],
    ['regex without the query', regex('/a[0-9]+'), 'GET a/a12?b', {}, true],
    ['regex with a plain head', regex('/api/.*'), 'GET a/api/x/y', {}, true],
    ['regex with a plain head, other path', regex('/api/.*'), 'GET a/api', {}, false],
    ['regex of plain letters', regex('/api'), 'GET a/api', {}, true],
    ['regex of everything', regex('.*'), 'GET a/', {}, true],
    ['regex with alternatives', regex('/(a|b)'), 'GET a/b', {}, true],
    ['method', header(':method', 'exact', 'POST'), 'POST a/', {}, true],
    ['other method', header(':method', 'exact', 'POST'), 'GET a/', {}, false],
    ['authority', header(':authority', 'prefix', 'a.b'), 'GET a.b:80/', {}, true],
    ['header exact', header('X-Canary', 'exact', '1'), 'GET a/', { 'x-canary': '1' }, true],
    ['header exact, other value', header('x-canary', 'exact', '1'), 'GET a/', { 'x-canary': '11' }, false],
    ['header exact, absent', header('x-canary', 'exact', '1'), 'GET a/', {}, false],
    ['header prefix', header('x', 'prefix', 'ab'), 'GET a/', { x: 'abc' }, true],
    ['header suffix', header('x', 'suffix', 'bc'), 'GET a/', { x: 'abc' }, true],
    ['header contains', header('x', 'contains', 'b'), 'GET a/', { x: 'abc' }, true],
    ['header regex', header('x', 'safeRegex', { regex: '[a-c]+' }), 'GET a/', { x: 'abc' }, true],
    ['header regex, whole value', header('x', 'safeRegex', { regex: '[a-c]+' }), 'GET a/', { x: 'abcd' }, false],
    ['header present', header('x', 'present', true), 'GET a/', { x: '' }, true],
    ['header not present', header('x', 'present', true), 'GET a/', {}, false],
    ['header absent as asked', header('x', 'present', false), 'GET a/', {}, true],
    ['header present, inverted', header('x', 'present', true, { invertMatch: true }), 'GET a/', {}, true],
    ['header inverted', header('x', 'exact', '1', { invertMatch: true }), 'GET a/', { x: '2' }, true],
    ['header inverted, absent', header('x', 'exact', '1', { invertMatch: true }), 'GET a/', {}, false],
    [
      'header inverted, absent taken as empty',
      header('x', 'exact', '1', { invertMatch: true, treatMissingHeaderAsEmpty: true }),
      'GET a/',
      {},
      true,
    ],
    ['query exact', query('v', 'exact', '2'), 'GET a/?u=1&v=2', {}, true],
    ['query exact, first value counts', query('v', 'exact', '2'), 'GET a/?v=1&v=2', {}, false],
    ['query exact, longer name', query('v', 'exact', '2'), 'GET a/?vv=2', {}, false],
    ['query exact, not decoded', query('v', 'exact', 'a b'), 'GET a/?v=a%20b', {}, false],
    ['query present without a value', query('v', 'present', true), 'GET a/?v', {}, true],
    ['query absent', query('v', 'present', true), 'GET a/?w=v', {}, false],
    ['query empty value', query('v', 'exact', ''), 'GET a/?v=&w', {}, true],
    ['two conditions', both, 'GET a/?v=2', { x: '1' }, true],
    ['one of two', both, 'GET a/?v=2', {}, false],
    ['CONNECT is for tunnels only', path('prefix', '/'), 'CONNECT a:80', {}, false],
  ];

  it.each(cases)('%s', (_name, match, text, headers, expected) => {
    const table = tableOf([host('h', ['*'], [routeTo('c', match)])]);
    expect(table.match(request(text, headers)) !== undefined).toBe(expected);
  });

  it('is tried in the order written', () => {
    const table = tableOf([
      host(
        'h',
        ['*'],
        [routeTo('canary', header('x', 'exact', '1')), routeTo('a', path('prefix', '/a')), routeTo('rest')],
      ),
    ]);
    expect(table.match(request('GET a/a', { x: '1' }))?.name).toBe('canary');
    expect(table.match(request('GET a/a'))?.name).toBe('a');
    expect(table.match(request('GET a/'))?.name).toBe('rest');
  });

  it('takes CONNECT where the route makes a tunnel', () => {
    const tunnel: RouteInit = {
      match: { pathSpecifier: { case: 'connectMatcher', value: {} } },
      action: {
        case: 'route',
        value: {
          clusterSpecifier: { case: 'cluster', value: 'c' },
          upgradeConfigs: [{ upgradeType: 'CONNECT', connectConfig: {} }],
        },
      },
    };
    const table = tableOf([host('h', ['*'], [tunnel])]);
    expect(table.match(request('CONNECT a:80'))?.connect).toBe(true);
    expect(table.match(request('GET a/'))).toBeUndefined();
  });

  it('is linear in time for a hostile regex', () => {
    const table = tableOf([host('h', ['*'], [routeTo('c', regex('/(a+)+b'))])]);
    expect(table.match(request(`GET a/${'a'.repeat(5_000)}`))).toBeUndefined();
  });
});

describe('the action of a route', () => {
  it('shares requests by weight, and asks for chance only then', () => {
    const clusters = [
      { name: 'v1', weight: 90 },
      { name: 'v2', weight: 10 },
      { name: 'v0', weight: 0 },
    ];
    const { action } = onlyRoute({
      ...routeTo('x'),
      action: { case: 'route', value: { clusterSpecifier: { case: 'weightedClusters', value: { clusters } } } },
    } as RouteInit);
    if (action.kind !== 'forward') throw new Error(action.kind);
    const random = createSeededRandom(7);
    const counts = new Map<string, number>();
    for (let turn = 0; turn < 10_000; turn += 1) {
      const { clusterName } = action.pick(random);
      counts.set(clusterName, (counts.get(clusterName) ?? 0) + 1);
    }
    expect(Math.abs((counts.get('v1') ?? 0) - 9_000)).toBeLessThan(150);
    expect(counts.get('v0')).toBeUndefined();
    expect(action.targets.map((target) => target.weight)).toEqual([90, 10, 0]);
    expect(action.pick(() => 0.999_999).clusterName).toBe('v2');
    const single = onlyRoute(routeTo('only')).action;
    if (single.kind !== 'forward') throw new Error(single.kind);
    const never = (): number => {
      throw new Error('asked');
    };
    expect(single.pick(never).clusterName).toBe('only');
  });

  it.each([
    ['a prefix', path('prefix', '/x'), { prefixRewrite: '/new' }, '/x/y', '/new/y'],
    ['an exact path', path('path', '/x'), { prefixRewrite: '/new' }, '/x', '/new'],
    ['a regex match', regex('/x.*'), { prefixRewrite: '/new' }, '/x/y', '/new'],
    [
      'by regex',
      path('prefix', '/'),
      { regexRewrite: { pattern: { regex: '/(\\w+)/(\\d+)' }, substitution: '/\\2/\\1' } },
      '/x/12/z',
      '/12/x/z',
    ],
  ])('rewrites the path of %s', (_name, match, rewrite, before, after) => {
    const init = routeTo('c', match);
    const { action } = onlyRoute({
      ...init,
      action: { case: 'route', value: { clusterSpecifier: { case: 'cluster', value: 'c' }, ...rewrite } },
      match,
    } as RouteInit);
    if (action.kind !== 'forward') throw new Error(action.kind);
    expect(action.rewritePath?.(before)).toBe(after);
  });

  it('has the timeout as written, none for 0, and 15 s where it does not say', () => {
    const timeoutOf = (timeout: object | undefined): number => {
      const { action } = onlyRoute({
        ...routeTo('c'),
        action: { case: 'route', value: { clusterSpecifier: { case: 'cluster', value: 'c' }, timeout } },
      } as RouteInit);
      return action.kind === 'forward' ? action.timeoutMs : -1;
    };
    expect(timeoutOf({ seconds: 1n, nanos: 500_000_000 })).toBe(1_500);
    expect(timeoutOf({ seconds: 0n })).toBe(0);
    expect(timeoutOf(undefined)).toBe(15_000);
  });

  it.each([
    ['the host', { hostRedirect: 'new' }, 'GET a:80/x?y=1', 'http', 301, 'http://new/x?y=1'],
    [
      'to https',
      { schemeRewriteSpecifier: { case: 'httpsRedirect', value: true } },
      'GET a:80/x',
      'http',
      301,
      'https://a/x',
    ],
    ['the port', { portRedirect: 8443 }, 'GET a:80/x', 'http', 301, 'http://a:8443/x'],
    [
      'the path',
      { pathRewriteSpecifier: { case: 'pathRedirect', value: '/n' } },
      'GET a/x?y=1',
      'http',
      301,
      'http://a/n?y=1',
    ],
    [
      'the path with its own query',
      { pathRewriteSpecifier: { case: 'pathRedirect', value: '/n?z' } },
      'GET a/x?y=1',
      'http',
      301,
      'http://a/n?z',
    ],
    [
      'the prefix, without the query',
      { pathRewriteSpecifier: { case: 'prefixRewrite', value: '/n/' }, stripQuery: true },
      'GET a/x?y=1',
      'https',
      301,
      'https://a/n/x',
    ],
    [
      'with another status',
      { hostRedirect: 'n', responseCode: Code.PERMANENT_REDIRECT },
      'GET a/x',
      'http',
      308,
      'http://n/x',
    ],
  ] as const)('redirects %s', (_name, redirect, text, scheme, status, location) => {
    const { action } = onlyRoute({
      ...routeTo('c'),
      action: { case: 'redirect', value: redirect },
    } as unknown as RouteInit);
    if (action.kind !== 'redirect') throw new Error(action.kind);
    expect(action.status).toBe(status);
    expect(action.location(request(text), scheme)).toBe(location);
  });

  const direct = (value: string): RouteInit =>
    ({
      ...routeTo('c'),
      action: {
        case: 'directResponse',
        value: { status: 418, body: { specifier: { case: 'inlineString', value } } },
      },
    }) as RouteInit;

  it('refuses a direct answer over its bound', () => {
    const apply = (value: string) =>
      testRuntime(createManualClock()).apply(routeUpdate('r', [host('h', ['*'], [direct(value)])]));
    expect(apply('x'.repeat(directResponseBytesMax))).toBeUndefined();
    expect(apply('x'.repeat(directResponseBytesMax + 1))).toContain('direct_response.body is over 4096 bytes');
  });

  it('answers directly', () => {
    const { action } = onlyRoute(direct('tea'));
    expect(action).toEqual({ kind: 'direct', status: 418, body: 'tea' });
  });

  it('takes header changes apart into remove, set and add', () => {
    const route = onlyRoute({
      ...routeTo('c'),
      requestHeadersToAdd: [
        { header: { key: 'X-Add', value: '1' } },
        { header: { key: 'x-set', value: '100%%' }, appendAction: 2 },
        { header: { key: 'x-empty', value: '' } },
      ],
      requestHeadersToRemove: ['X-Gone'],
    } as RouteInit);
    expect(route.requestHeaders).toEqual({ remove: ['x-gone'], set: ['x-set', '100%'], add: ['x-add', '1'] });
    expect(route.responseHeaders).toBeUndefined();
  });

  it('says where it and each of its targets came from', () => {
    const weft = {
      resource: 'VirtualService shop/payment',
      file: 'infra/mesh/payment.yaml',
      line: 17,
      rule: 'http[0]',
      targets: [
        { resource: 'VirtualService shop/payment', file: 'infra/mesh/payment.yaml', line: 21, rule: 'route[0]' },
      ],
    };
    const route = onlyRoute({ ...routeTo('c'), metadata: { filterMetadata: { weft } } } as RouteInit);
    expect(route.from).toEqual({ resource: weft.resource, file: weft.file, line: 17, rule: 'http[0]' });
    expect(route.action.kind === 'forward' && route.action.targets[0]?.from.line).toBe(21);
  });
});
