/** Requests that are sent a second time, and whose answers nobody waits for. */

import type { TrafficCase } from '../traffic-case.ts';
import { route } from './parts.ts';

const half = (numerator: number) => ({ runtime_fraction: { default_value: { numerator, denominator: 'HUNDRED' } } });
const because = 'the mirror and the request arrive in any order';

export const mirrorCases: readonly TrafficCase[] = [
  {
    name: 'a mirror gets every request, and the client the answer of the first',
    routes: [route('a', { request_mirror_policies: [{ cluster: 'b' }] })],
    requests: [
      { send: 'GET /m', times: 3, see: { endpoints: ['a', 'b'], headers: { 'x-endpoint': 'a' }, attempts: 2 } },
    ],
  },
  {
    name: 'a mirrored request has -shadow at its host',
    routes: [
      {
        match: { prefix: '/plain' },
        route: {
          cluster: 'a',
          timeout: '0s',
          request_mirror_policies: [{ cluster: 'a', disable_shadow_host_suffix_append: true }],
        },
      },
      route('a', { request_mirror_policies: [{ cluster: 'a' }] }),
    ],
    requests: [
      { send: 'POST /', body: 'twice', see: { status: 200, attempts: 2, upstreamBody: 'twice' } },
      { send: 'GET /', host: 'shop.example:8080', see: { status: 200, attempts: 2 } },
      { send: 'GET /plain', see: { status: 200, attempts: 2, authority: 'test.example' } },
    ],
    ignore: { fields: ['upstream', 'endpoint'], because },
  },
  {
    name: 'a fraction of zero mirrors nothing',
    routes: [route('a', { request_mirror_policies: [{ cluster: 'b', ...half(0) }] })],
    requests: [{ send: 'GET /', times: 4, see: { endpoints: ['a'], attempts: 1 } }],
  },
  {
    name: 'a mirror that fails, breaks or is away changes nothing for the client',
    routes: [
      {
        match: { prefix: '/away' },
        route: { cluster: 'a', timeout: '0s', request_mirror_policies: [{ cluster: 'closed' }] },
      },
      route('a', { request_mirror_policies: [{ cluster: 'b' }] }),
    ],
    requests: [
      {
        send: 'GET /',
        headers: ['x-do: status=500; only=b'],
        see: { status: 200, headers: { 'x-endpoint': 'a' }, attempts: 2 },
      },
      {
        send: 'GET /',
        headers: ['x-do: reset; only=b'],
        see: { status: 200, headers: { 'x-endpoint': 'a' }, attempts: 2 },
      },
      { send: 'GET /away', see: { status: 200, attempts: 1 } },
    ],
    ignore: { fields: ['upstream', 'endpoint'], because },
  },
  {
    name: 'several mirrors get the request each',
    routes: [route('a', { request_mirror_policies: [{ cluster: 'b' }, { cluster: 'c' }] })],
    requests: [{ send: 'POST /', bodyBytes: 20_000, times: 2, see: { endpoints: ['a', 'b', 'c'], attempts: 3 } }],
  },
  {
    name: 'mirrors of the virtual host hold for routes that have none of their own',
    routeConfig: {
      virtual_hosts: [
        {
          name: 'm',
          domains: ['*'],
          request_mirror_policies: [{ cluster: 'b' }],
          routes: [
            {
              match: { prefix: '/own' },
              route: { cluster: 'a', timeout: '0s', request_mirror_policies: [{ cluster: 'c' }] },
            },
            route('a'),
          ],
        },
      ],
    },
    requests: [
      { send: 'GET /', times: 2, see: { endpoints: ['a', 'b'], attempts: 2 } },
      { send: 'GET /own', times: 2, see: { endpoints: ['a', 'c'], attempts: 2 } },
    ],
  },
];
