/** Which endpoint takes a request: policies and hashes. */

import type { JsonObject } from '@bufbuild/protobuf';
import type { CaseCluster, CaseRequest, TrafficCase } from '../traffic-case.ts';
import { locality, placed, route, typeUrl } from './parts.ts';

const abc = (merge: JsonObject): CaseCluster => ({ endpoints: ['a', 'b', 'c'], merge });
const everyone = { endpoints: ['a', 'b', 'c'] } as const;
const get: Pick<CaseRequest, 'send'> = { send: 'GET /' };
const policy = (name: string, config: JsonObject = {}): JsonObject => ({
  load_balancing_policy: {
    policies: [
      {
        typed_extension_config: {
          name,
          typed_config: {
            '@type': typeUrl(`extensions.load_balancing_policies.${name}.v3.${config['message'] as string}`),
            ...(config['config'] as JsonObject | undefined),
          },
        },
      },
    ],
  },
});

function hashed(hash_policy: readonly JsonObject[]): readonly JsonObject[] {
  return [route('h', { hash_policy: [...hash_policy] })];
}
const ring = { h: abc({ lb_policy: 'RING_HASH', ring_hash_lb_config: { minimum_ring_size: 1024 } }) };

export const balancingCases: readonly TrafficCase[] = [
  {
    name: 'round robin goes round evenly',
    routes: [route('rr')],
    clusters: { rr: { endpoints: ['a', 'b', 'c'] } },
    requests: [
      { ...get, times: 3, see: everyone },
      { ...get, times: 3, see: everyone },
    ],
  },
  {
    name: 'an endpoint of weight 3 beside one of 1 gets three of four',
    routes: [route('w')],
    clusters: {
      w: placed([
        locality('l', [
          { at: 'a', weight: 3 },
          { at: 'b', weight: 1 },
        ]),
      ]),
    },
    requests: [{ ...get, headers: ['x-do: status=201; only=a'], times: 8, see: { tally: { '201 -': 6, '200 -': 2 } } }],
  },
  {
    name: 'least request leaves a busy endpoint alone',
    routes: [route('lr')],
    clusters: {
      lr: {
        endpoints: ['a', 'b'],
        merge: { lb_policy: 'LEAST_REQUEST', least_request_lb_config: { choice_count: 10 } },
      },
    },
    requests: [{ ...get, headers: ['x-do: delay=100'], times: 8, parallel: true, see: { endpoints: ['a', 'b'] } }],
  },
  {
    name: 'random reaches everyone',
    routes: [route('r')],
    clusters: { r: abc({ lb_policy: 'RANDOM' }) },
    requests: [{ ...get, times: 40, parallel: true, see: everyone }],
  },
  {
    name: 'policies may be named as extensions',
    routes: [
      { match: { prefix: '/rr' }, route: { cluster: 'rr' } },
      { match: { prefix: '/lr' }, route: { cluster: 'lr' } },
      { match: { prefix: '/rnd' }, route: { cluster: 'rnd' } },
    ],
    clusters: {
      rr: abc(policy('round_robin', { message: 'RoundRobin' })),
      lr: abc(policy('least_request', { message: 'LeastRequest' })),
      rnd: abc(policy('random', { message: 'Random' })),
    },
    requests: [
      { send: 'GET /rr', times: 3, see: everyone },
      { send: 'GET /lr', times: 30, parallel: true, see: everyone },
      { send: 'GET /rnd', times: 40, parallel: true, see: everyone },
    ],
  },
  {
    name: 'a ring spreads many values over everyone',
    routes: hashed([{ header: { header_name: 'x-case' } }]),
    clusters: ring,
    requests: [{ ...get, times: 60, parallel: true, see: everyone }],
  },
  {
    name: 'a cookie with a lifetime is made where it is absent, and kept where it is there',
    routes: hashed([{ cookie: { name: 'stick', ttl: '60s', path: '/p' } }]),
    clusters: ring,
    requests: [
      {
        ...get,
        see: { status: 200, headers: { 'set-cookie': /^stick="[0-9a-f]+"; Max-Age=60; Path=\/p; HttpOnly$/ } },
      },
      { ...get, headers: ['cookie: stick=abc'], see: { status: 200, headers: { 'set-cookie': undefined } } },
    ],
    ignore: {
      fields: ['headers', 'endpoint', 'upstream', 'body'],
      because: 'the cookie has a hash of the addresses, which differ',
    },
  },
  {
    name: 'a cookie without a lifetime is only read',
    routes: hashed([{ cookie: { name: 'stick' } }]),
    clusters: ring,
    requests: [
      { ...get, times: 30, parallel: true, see: everyone },
      { ...get, see: { headers: { 'set-cookie': undefined } } },
    ],
    ignore: { fields: ['headers', 'endpoint', 'upstream', 'body'], because: 'without a hash the endpoint is random' },
  },
  ...stickyCases(),
  {
    name: 'maglev reaches everyone over many values and keeps to one for one value',
    routes: hashed([{ header: { header_name: 'x-case' } }]),
    clusters: { h: abc({ lb_policy: 'MAGLEV' }) },
    requests: [{ ...get, times: 60, parallel: true, see: everyone }],
  },
];

/** One value, one endpoint, whichever it is. */
function stickyCases(): readonly TrafficCase[] {
  const kinds: readonly [string, JsonObject, Pick<CaseRequest, 'send' | 'headers'>][] = [
    ['a field', { header: { header_name: 'x-user' } }, { send: 'GET /', headers: ['x-user: ann'] }],
    ['the source address', { connection_properties: { source_ip: true } }, { send: 'GET /' }],
    ['a query parameter', { query_parameter: { name: 'user' } }, { send: 'GET /?user=ann' }],
    ['a cookie', { cookie: { name: 'c' } }, { send: 'GET /', headers: ['cookie: c=ann'] }],
    [
      'a part of a field',
      { header: { header_name: 'x-user', regex_rewrite: { pattern: { regex: '^(.).*$' }, substitution: '\\1' } } },
      { send: 'GET /', headers: ['x-user: ann'] },
    ],
  ];
  return ['RING_HASH', 'MAGLEV'].flatMap((lb_policy) =>
    kinds.map(([what, hash, request]) => ({
      name: `${lb_policy === 'MAGLEV' ? 'maglev' : 'a ring'} keeps to one endpoint by ${what}`,
      routes: hashed([hash]),
      clusters: { h: abc({ lb_policy }) },
      requests: [{ ...request, times: 5, see: { oneEndpoint: true } }],
      ignore: {
        fields: ['endpoint', 'upstream', 'headers', 'body'] as const,
        because: 'the hash is over addresses, which differ',
      },
    })),
  );
}
