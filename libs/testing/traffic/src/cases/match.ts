/** Which route takes a request: path, headers, query, method, host. */

import type { TrafficCase } from '../traffic-case.ts';

const to = (cluster: string) => ({ cluster, timeout: '0s' });

export const matchCases: readonly TrafficCase[] = [
  {
    name: 'a prefix takes every path that begins with it',
    routes: [
      { match: { prefix: '/api' }, route: to('a') },
      { match: { prefix: '/' }, route: to('b') },
    ],
    requests: [
      { send: 'GET /api', see: { status: 200, endpoint: 'a' } },
      { send: 'GET /apix', see: { status: 200, endpoint: 'a' } },
      { send: 'GET /ap', see: { status: 200, endpoint: 'b' } },
    ],
  },
  {
    name: 'an exact path takes itself only, whatever its query',
    routes: [{ match: { path: '/exact' }, route: to('a') }],
    requests: [
      { send: 'GET /exact?x=1', see: { status: 200, endpoint: 'a', path: '/exact?x=1' } },
      { send: 'GET /exact/', see: { status: 404, flag: 'NR', details: 'route_not_found' } },
    ],
  },
  {
    name: 'a cluster without a listening endpoint answers 503 with UF',
    routes: [{ match: { prefix: '/' }, route: to('closed') }],
    requests: [{ send: 'GET /', see: { status: 503, flag: 'UF', attempts: 0 } }],
  },
];
