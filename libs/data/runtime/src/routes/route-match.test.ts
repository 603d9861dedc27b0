/** Paths, headers, query parameters and the rest of RouteMatch. */

import type { JsonValue } from '@bufbuild/protobuf';
import { createSeededRandom } from '@weft/kernel';
import { describe, expect, it } from 'vitest';
import { requestOf } from '../matchers/exchange-request.ts';
import type { RouteFacts } from '../tables/route.ts';
import { exchange, plainConnection, refusal, request, tableOfRoutes } from './testing/route-fixtures.ts';

type Json = { readonly [key: string]: JsonValue };
const all = { prefix: '/' };
const regex = (pattern: string) => ({ safe_regex: { regex: pattern } });
const header = (name: string, more: Json): Json => ({ ...all, headers: [{ name, ...more }] });
const text = (name: string, match: Json, more: Json = {}): Json => header(name, { string_match: match, ...more });
const query = (name: string, more: Json): Json => ({ ...all, query_parameters: [{ name, ...more }] });
const grpc = { ...all, grpc: {} };
const both = { ...text('x', { exact: '1' }), query_parameters: [{ name: 'v', string_match: { exact: '2' } }] };

describe('the match of a route', () => {
  const cases: readonly (readonly [string, Json, string, Readonly<Record<string, string>>, boolean])[] = [
    ['prefix', { prefix: '/api' }, 'GET a/api/x', {}, true],
    ['prefix without a boundary', { prefix: '/api' }, 'GET a/apis', {}, true],
    ['prefix of another path', { prefix: '/api' }, 'GET a/ap', {}, false],
    ['prefix in another case', { prefix: '/api' }, 'GET a/API', {}, false],
    ['prefix, case ignored', { prefix: '/Api', case_sensitive: false }, 'GET a/aPI/x', {}, true],
    ['separated prefix itself', { path_separated_prefix: '/api' }, 'GET a/api', {}, true],
    ['separated prefix below', { path_separated_prefix: '/api' }, 'GET a/api/x', {}, true],
    ['separated prefix beside', { path_separated_prefix: '/api' }, 'GET a/apis', {}, false],
    [
      'separated prefix, case ignored',
      { path_separated_prefix: '/api', case_sensitive: false },
      'GET a/API/x',
      {},
      true,
    ],
    ['exact path', { path: '/api' }, 'GET a/api', {}, true],
    ['exact path with a query', { path: '/api' }, 'GET a/api?x=1', {}, true],
    ['exact path, longer request', { path: '/api' }, 'GET a/api/', {}, false],
    ['exact path, case ignored', { path: '/api', case_sensitive: false }, 'GET a/Api', {}, true],
    ['regex matches the whole', regex('/a[0-9]+'), 'GET a/a12', {}, true],
    ['regex does not match a part', regex('/a[0-9]+'), 'GET a/a12/b', {}, false],
    ['regex without the query', regex('/a[0-9]+'), 'GET a/a12?b', {}, true],
    ['regex with a plain head', regex('/api/.*'), 'GET a/api/x/y', {}, true],
    ['regex with a plain head, other path', regex('/api/.*'), 'GET a/api', {}, false],
    ['regex of plain letters', regex('/api'), 'GET a/api', {}, true],
    ['regex of everything', regex('.*'), 'GET a/', {}, true],
    ['regex with alternatives', regex('/(a|b)'), 'GET a/b', {}, true],
    ['method', text(':method', { exact: 'POST' }), 'POST a/', {}, true],
    ['other method', text(':method', { exact: 'POST' }), 'GET a/', {}, false],
    ['scheme', text(':scheme', { exact: 'http' }), 'GET a/', {}, true],
    ['authority', text(':authority', { prefix: 'a.b' }), 'GET a.b:80/', {}, true],
    ['path with its query', text(':path', { exact: '/x?y' }), 'GET a/x?y', {}, true],
    ['header exact', text('X-Canary', { exact: '1' }), 'GET a/', { 'x-canary': '1' }, true],
    ['header exact, other value', text('x', { exact: '1' }), 'GET a/', { x: '11' }, false],
    ['header exact, absent', text('x', { exact: '1' }), 'GET a/', {}, false],
    ['header exact, case ignored', text('x', { exact: 'AbC', ignore_case: true }), 'GET a/', { x: 'aBc' }, true],
    ['header prefix', text('x', { prefix: 'ab' }), 'GET a/', { x: 'abc' }, true],
    ['header suffix', text('x', { suffix: 'bc' }), 'GET a/', { x: 'abc' }, true],
    ['header contains', text('x', { contains: 'b' }), 'GET a/', { x: 'abc' }, true],
    ['header contains, case ignored', text('x', { contains: 'B', ignore_case: true }), 'GET a/', { x: 'abc' }, true],
    ['header regex', text('x', { safe_regex: { regex: '[a-c]+' } }), 'GET a/', { x: 'abc' }, true],
    ['header regex, whole value', text('x', { safe_regex: { regex: '[a-c]+' } }), 'GET a/', { x: 'abcd' }, false],
    ['old exact', header('x', { exact_match: '1' }), 'GET a/', { x: '1' }, true],
    ['old prefix', header('x', { prefix_match: '1' }), 'GET a/', { x: '12' }, true],
    ['old suffix', header('x', { suffix_match: '2' }), 'GET a/', { x: '12' }, true],
    ['old contains', header('x', { contains_match: '2' }), 'GET a/', { x: '123' }, true],
    ['old regex', header('x', { safe_regex_match: { regex: '1+' } }), 'GET a/', { x: '11' }, true],
    ['range', header('x', { range_match: { start: '-10', end: '5' } }), 'GET a/', { x: '-3' }, true],
    ['range with a plus', header('x', { range_match: { start: '-10', end: '5' } }), 'GET a/', { x: '+3' }, true],
    [
      'range with a leading zero',
      header('x', { range_match: { start: '-10', end: '5' } }),
      'GET a/',
      { x: '03' },
      true,
    ],
    ['range without its end', header('x', { range_match: { start: '-10', end: '5' } }), 'GET a/', { x: '5' }, false],
    ['range of no number', header('x', { range_match: { start: '-10', end: '5' } }), 'GET a/', { x: '3,4' }, false],
    ['header without a condition', header('x', {}), 'GET a/', { x: '' }, true],
    ['header present', header('x', { present_match: true }), 'GET a/', { x: '' }, true],
    ['header not present', header('x', { present_match: true }), 'GET a/', {}, false],
    ['header absent as asked', header('x', { present_match: false }), 'GET a/', {}, true],
    ['header present, inverted', header('x', { present_match: true, invert_match: true }), 'GET a/', {}, true],
    [
      'absent taken as empty is present',
      header('x', { present_match: true, treat_missing_header_as_empty: true }),
      'GET a/',
      {},
      true,
    ],
    ['header inverted', text('x', { exact: '1' }, { invert_match: true }), 'GET a/', { x: '2' }, true],
    ['header inverted, absent', text('x', { exact: '1' }, { invert_match: true }), 'GET a/', {}, false],
    [
      'header inverted, absent taken as empty',
      text('x', { exact: '1' }, { invert_match: true, treat_missing_header_as_empty: true }),
      'GET a/',
      {},
      true,
    ],
    ['query exact', query('v', { string_match: { exact: '2' } }), 'GET a/?u=1&v=2', {}, true],
    ['query exact, first value counts', query('v', { string_match: { exact: '2' } }), 'GET a/?v=1&v=2', {}, false],
    ['query exact, longer name', query('v', { string_match: { exact: '2' } }), 'GET a/?vv=2', {}, false],
    ['query exact, not decoded', query('v', { string_match: { exact: 'a b' } }), 'GET a/?v=a%20b', {}, false],
    ['query present without a value', query('v', { present_match: true }), 'GET a/?v', {}, true],
    ['query absent', query('v', { present_match: true }), 'GET a/?w=v', {}, false],
    ['query absent as asked', query('v', { present_match: false }), 'GET a/?w=v', {}, true],
    ['query empty value', query('v', { string_match: { exact: '' } }), 'GET a/?v=&w', {}, true],
    ['gRPC', grpc, 'POST a/', { 'content-type': 'application/grpc' }, true],
    ['gRPC with its message type', grpc, 'POST a/', { 'content-type': 'application/grpc+proto' }, true],
    ['gRPC-Web is not gRPC', grpc, 'POST a/', { 'content-type': 'application/grpc-web' }, false],
    ['no gRPC', grpc, 'POST a/', {}, false],
    ['two conditions', both, 'GET a/?v=2', { x: '1' }, true],
    ['one of two', both, 'GET a/?v=2', {}, false],
    ['CONNECT is for tunnels only', all, 'CONNECT a:80', {}, false],
  ];

  it.each(cases)('%s', (_name, match, words, headers, expected) => {
    const table = tableOfRoutes([{ match, route: { cluster: 'a' } }]);
    expect(table.match(request(words, headers)) !== undefined).toBe(expected);
  });

  it('is tried in the order written', () => {
    const table = tableOfRoutes([
      { name: 'canary', match: text('x', { exact: '1' }), route: { cluster: 'a' } },
      { name: 'a', match: { prefix: '/a' }, route: { cluster: 'a' } },
      { name: 'rest', match: all, route: { cluster: 'a' } },
    ]);
    expect(table.match(request('GET a/a', { x: '1' }))?.name).toBe('canary');
    expect(table.match(request('GET a/a'))?.name).toBe('a');
    expect(table.match(request('GET a/'))?.name).toBe('rest');
  });

  it('takes CONNECT where the route makes a tunnel', () => {
    const upgrade_configs = [{ upgrade_type: 'CONNECT', connect_config: {} }];
    const table = tableOfRoutes([{ match: { connect_matcher: {} }, route: { cluster: 'a', upgrade_configs } }]);
    expect(table.match(request('CONNECT a:80'))?.connect).toBe(true);
    expect(table.match(request('GET a/'))).toBeUndefined();
    expect(table.match(request('CONNECT a:80'))?.action).toMatchObject({ forwardConnect: false });
  });

  it('sends CONNECT on where nothing says that it ends here', () => {
    const table = tableOfRoutes([{ match: { connect_matcher: {} }, route: { cluster: 'a' } }]);
    expect(table.match(request('CONNECT a:80'))?.action).toMatchObject({ forwardConnect: true });
  });

  it('takes its share of requests', () => {
    const runtime_fraction = { default_value: { numerator: 25, denominator: 'HUNDRED' } };
    const table = tableOfRoutes([{ match: { ...all, runtime_fraction }, route: { cluster: 'a' } }]);
    const random = createSeededRandom(3);
    let taken = 0;
    for (let turn = 0; turn < 4_000; turn += 1) taken += table.match(request('GET a/'), undefined, random) ? 1 : 0;
    expect(Math.abs(taken - 1_000)).toBeLessThan(100);
    expect(table.match(request('GET a/'))).toBeDefined();
    const none = tableOfRoutes([
      { match: { ...all, runtime_fraction: { default_value: {} } }, route: { cluster: 'a' } },
    ]);
    expect(none.match(request('GET a/'))).toBeUndefined();
  });

  const secured = (presented: boolean, validated: boolean): RouteFacts =>
    ({
      connection: {
        ...plainConnection,
        peerCertificate: () => (presented ? {} : undefined),
        peerCertificateHash: validated ? 'ab' : undefined,
      },
      metadata: undefined,
    }) as unknown as RouteFacts;

  it.each([
    [{ presented: true }, secured(true, false), true],
    [{ presented: true }, secured(false, false), false],
    [{ presented: false }, secured(false, false), true],
    [{ validated: true }, secured(true, false), false],
    [{ validated: true }, secured(true, true), true],
    [{ presented: true, validated: false }, secured(true, false), true],
    [{ presented: false }, undefined, true],
  ])('asks the connection for %j', (tls_context, facts, expected) => {
    const table = tableOfRoutes([{ match: { ...all, tls_context }, route: { cluster: 'a' } }]);
    expect(table.match(request('GET a/'), facts) !== undefined).toBe(expected);
  });

  it('asks dynamic metadata', () => {
    const dynamic_metadata = [
      { filter: 'jwt', path: [{ key: 'claims' }, { key: 'role' }], value: { string_match: { exact: 'admin' } } },
    ];
    const table = tableOfRoutes([{ match: { ...all, dynamic_metadata }, route: { cluster: 'a' } }]);
    const facts = (role: unknown): RouteFacts => ({
      connection: plainConnection,
      metadata: new Map([['jwt', { claims: { role } }]]),
    });
    expect(table.match(request('GET a/'), facts('admin'))).toBeDefined();
    expect(table.match(request('GET a/'), facts('user'))).toBeUndefined();
    expect(table.match(request('GET a/'))).toBeUndefined();
  });

  it('sees an empty query in :path', () => {
    const table = tableOfRoutes([{ match: text(':path', { exact: '/x?' }), route: { cluster: 'a' } }]);
    expect(table.match(requestOf(exchange('GET a/x?')))).toBeDefined();
    expect(table.match(requestOf(exchange('GET a/x')))).toBeUndefined();
  });

  it('is linear in time for a hostile regex', () => {
    const table = tableOfRoutes([{ match: regex('/(a+)+b'), route: { cluster: 'a' } }]);
    expect(table.match(request(`GET a/${'a'.repeat(5_000)}`))).toBeUndefined();
  });

  it('leaves path parameters out where the table says so', () => {
    const routes = [{ match: { path: '/a' }, route: { cluster: 'a' } }];
    const table = tableOfRoutes(routes, {}, { ignore_path_parameters_in_path_matching: true });
    expect(table.match(request('GET a/a;v=1/b'))).toBeDefined();
    expect(tableOfRoutes(routes).match(request('GET a/a;v=1'))).toBeUndefined();
  });

  it.each([
    [{}, 'match has no path'],
    [{ path_separated_prefix: '/a/' }, 'path_separated_prefix "/a/" is not valid'],
    [regex('(?=a)'), 'regex "(?=a)"'],
    [regex(''), 'regex is empty'],
    [header(':protocol', { present_match: true }), 'this name is not supported'],
    [text('x', { prefix: '' }), 'prefix is empty'],
    [text('x', { safe_regex: { regex: 'a' }, ignore_case: true }), 'ignore_case is not for safe_regex'],
    [text('x', {}), 'string match has no pattern'],
  ])('refuses %j', (match, message) => {
    expect(refusal(() => tableOfRoutes([{ match, route: { cluster: 'a' } }]))).toContain(message);
  });
});
