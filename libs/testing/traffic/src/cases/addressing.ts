/** Who the client is: x-forwarded-*, trusted hops, request ids, `via`, `server`, and which x-envoy fields are believed. */

import type { JsonObject } from '@bufbuild/protobuf';
import type { TrafficCase } from '../traffic-case.ts';
import { all } from './short.ts';

const manager = (more: JsonObject): Pick<TrafficCase, 'routes' | 'manager' | 'log'> => ({
  routes: [all()],
  manager: more,
  log: {
    remote: '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%',
    direct: '%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%',
  },
});

export const addressingCases: readonly TrafficCase[] = [
  {
    name: 'x-forwarded-for goes on as it came where the remote address is not used, and its last is the client',
    ...manager({}),
    requests: [
      { send: 'GET /', see: { upstream: { 'x-forwarded-for': undefined }, log: { remote: '127.0.0.1' } } },
      {
        send: 'GET /',
        headers: ['x-forwarded-for: 1.1.1.1, 2.2.2.2'],
        see: { upstream: { 'x-forwarded-for': '1.1.1.1, 2.2.2.2' }, log: { remote: '2.2.2.2', direct: '127.0.0.1' } },
      },
    ],
  },
  {
    name: 'the remote address is appended to x-forwarded-for and is the client',
    ...manager({ use_remote_address: true }),
    requests: [
      { send: 'GET /', from: '127.0.0.2', see: { upstream: { 'x-forwarded-for': '127.0.0.2' } } },
      {
        send: 'GET /',
        from: '127.0.0.2',
        headers: ['x-forwarded-for: 1.1.1.1'],
        see: { upstream: { 'x-forwarded-for': '1.1.1.1,127.0.0.2' }, log: { remote: '127.0.0.2' } },
      },
    ],
  },
  {
    name: 'skip_xff_append leaves x-forwarded-for alone',
    ...manager({ use_remote_address: true, skip_xff_append: true }),
    requests: [
      { send: 'GET /', from: '127.0.0.2', see: { upstream: { 'x-forwarded-for': undefined } } },
      {
        send: 'GET /',
        from: '127.0.0.2',
        headers: ['x-forwarded-for: 1.1.1.1'],
        see: { upstream: { 'x-forwarded-for': '1.1.1.1' } },
      },
    ],
  },
  {
    name: 'trusted hops count from the right of x-forwarded-for',
    ...manager({ xff_num_trusted_hops: 1 }),
    requests: [
      { send: 'GET /', headers: ['x-forwarded-for: 1.1.1.1, 2.2.2.2, 3.3.3.3'], see: { log: { remote: '2.2.2.2' } } },
      { send: 'GET /', headers: ['x-forwarded-for: 3.3.3.3'], see: { log: { remote: '127.0.0.1' } } },
      { send: 'GET /', headers: ['x-forwarded-for: 2001:db8::1, 3.3.3.3'], see: { log: { remote: '2001:db8::1' } } },
      { send: 'GET /', headers: ['x-forwarded-for: nonsense, 3.3.3.3'], see: { log: { remote: '127.0.0.1' } } },
    ],
  },
  {
    name: 'trusted hops before an edge proxy',
    ...manager({ use_remote_address: true, xff_num_trusted_hops: 2 }),
    requests: [
      {
        send: 'GET /',
        from: '127.0.0.2',
        headers: ['x-forwarded-for: 1.1.1.1, 2.2.2.2, 3.3.3.3'],
        see: { log: { remote: '2.2.2.2' }, upstream: { 'x-forwarded-for': '1.1.1.1, 2.2.2.2, 3.3.3.3,127.0.0.2' } },
      },
      {
        send: 'GET /',
        from: '127.0.0.2',
        headers: ['x-forwarded-for: 3.3.3.3'],
        see: { log: { remote: '127.0.0.2' } },
      },
    ],
  },
  {
    name: 'x-envoy-external-address tells the client from outside, x-envoy-internal the one from inside',
    ...manager({ use_remote_address: true, xff_num_trusted_hops: 1 }),
    requests: [
      {
        send: 'GET /',
        from: '127.0.0.2',
        headers: ['x-forwarded-for: 8.8.8.8'],
        see: { upstream: { 'x-envoy-external-address': '8.8.8.8', 'x-envoy-internal': undefined } },
      },
      {
        send: 'GET /',
        from: '127.0.0.2',
        headers: ['x-envoy-internal: true', 'x-envoy-external-address: 9.9.9.9'],
        see: { upstream: { 'x-envoy-external-address': '127.0.0.2', 'x-envoy-internal': undefined } },
      },
    ],
  },
  {
    name: 'internal addresses are those of the table',
    ...manager({
      use_remote_address: true,
      internal_address_config: { cidr_ranges: [{ address_prefix: '127.0.0.0', prefix_len: 8 }] },
    }),
    requests: [{ send: 'GET /', from: '127.0.0.2', see: { upstream: { 'x-envoy-internal': 'true' } } }],
  },
  {
    name: 'x-forwarded-proto is the scheme of the connection unless a trusted hop told it',
    ...manager({}),
    requests: [
      { send: 'GET /', see: { upstream: { 'x-forwarded-proto': 'http' } } },
      { send: 'GET /', headers: ['x-forwarded-proto: https'], see: { upstream: { 'x-forwarded-proto': 'https' } } },
      { send: 'GET /', headers: ['x-forwarded-proto: ftp'], see: {} },
      { send: 'GET /', http2: true, see: { upstream: { 'x-forwarded-proto': 'http' } } },
    ],
  },
  {
    name: 'x-forwarded-proto of a client is not believed at the edge',
    ...manager({ use_remote_address: true }),
    requests: [
      {
        send: 'GET /',
        from: '127.0.0.2',
        headers: ['x-forwarded-proto: https'],
        see: { upstream: { 'x-forwarded-proto': 'http' } },
      },
    ],
  },
  {
    name: 'x-envoy fields that steer the router are believed from inside only',
    ...manager({ use_remote_address: true }),
    requests: [
      {
        send: 'GET /',
        from: '127.0.0.2',
        headers: [
          'x-envoy-max-retries: 1',
          'x-envoy-retry-on: 5xx',
          'x-envoy-upstream-alt-stat-name: x',
          'x-envoy-decorator-operation: x',
          'x-envoy-force-trace: true',
        ],
        see: {
          upstream: {
            'x-envoy-max-retries': undefined,
            'x-envoy-retry-on': undefined,
            'x-envoy-upstream-alt-stat-name': undefined,
            'x-envoy-decorator-operation': undefined,
            'x-envoy-force-trace': undefined,
          },
        },
      },
    ],
  },
  {
    name: 'x-envoy fields of the router are consumed, others go on',
    ...manager({}),
    requests: [
      {
        send: 'GET /',
        headers: [
          'x-envoy-max-retries: 1',
          'x-envoy-retry-on: 5xx',
          'x-envoy-upstream-rq-timeout-ms: 5000',
          'x-envoy-else: 1',
        ],
        see: {
          upstream: {
            'x-envoy-max-retries': undefined,
            'x-envoy-retry-on': undefined,
            'x-envoy-upstream-rq-timeout-ms': undefined,
            'x-envoy-else': '1',
          },
        },
      },
    ],
  },
];
