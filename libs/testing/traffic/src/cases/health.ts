/** Active health checks: an endpoint is asked with `x-do` in fields of the check, so that only one of them fails. */

import type { JsonObject } from '@bufbuild/protobuf';
import type { TrafficCase } from '../traffic-case.ts';
import { locality, type Place, placed, route } from './parts.ts';

const noPanic = { common_lb_config: { healthy_panic_threshold: { value: 0 } } };

function checked(places: readonly Place[], check: JsonObject, more: JsonObject = {}) {
  const timing = {
    timeout: '3s',
    interval: '1s',
    no_traffic_interval: '1s',
    unhealthy_threshold: 1,
    healthy_threshold: 1,
  };
  return { h: placed([locality('l', places)], { health_checks: [{ ...timing, ...check }], ...noPanic, ...more }) };
}
const told = (words: string): JsonObject => ({ request_headers_to_add: [{ header: { key: 'x-do', value: words } }] });
const get = { send: 'GET /' } as const;
const ab: readonly Place[] = [{ at: 'a' }, { at: 'b' }];

export const healthCases: readonly TrafficCase[] = [
  {
    name: 'an HTTP check that is answered 503 takes an endpoint out',
    routes: [route('h')],
    clusters: checked(ab, { http_health_check: { path: '/healthz', ...told('status=503; only=a') } }),
    requests: [{ ...get, times: 4, see: { endpoints: ['b'] } }],
  },
  {
    name: 'an HTTP check that is answered 200 keeps all',
    routes: [route('h')],
    clusters: checked(ab, { http_health_check: { path: '/healthz' } }),
    requests: [{ ...get, times: 4, see: { endpoints: ['a', 'b'] } }],
  },
  {
    name: 'expected_statuses say which answers are good',
    routes: [route('h')],
    clusters: checked(ab, {
      http_health_check: { path: '/', ...told('status=204; only=a'), expected_statuses: [{ start: 204, end: 205 }] },
    }),
    requests: [{ ...get, times: 4, see: { endpoints: ['a'] } }],
  },
  {
    name: 'a check that takes longer than its timeout takes an endpoint out',
    routes: [route('h')],
    clusters: checked(ab, { http_health_check: { path: '/', ...told('delay=5000; only=b') } }),
    requests: [{ ...get, times: 4, see: { tally: { '200 -': 4 }, endpoints: ['a'] } }],
  },
  {
    name: 'a check over HTTP/2',
    routes: [route('h')],
    clusters: checked(ab, {
      http_health_check: { path: '/', codec_client_type: 'HTTP2', ...told('status=500; only=a') },
    }),
    requests: [{ ...get, times: 4, see: { endpoints: ['b'] } }],
  },
  {
    name: 'a TCP check takes an endpoint out that refuses connections',
    routes: [route('h')],
    clusters: checked([{ at: 'closed' }, { at: 'b' }], { tcp_health_check: {} }),
    requests: [{ ...get, times: 4, see: { tally: { '200 -': 4 }, endpoints: ['b'] } }],
  },
  {
    name: 'a gRPC check goes by the status of the service',
    routes: [route('h')],
    clusters: checked(
      [{ at: 'grpc' }],
      { grpc_health_check: { service_name: 'down' } },
      {
        typed_extension_protocol_options: {
          'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
            '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
            explicit_http_config: { http2_protocol_options: {} },
          },
        },
      },
    ),
    requests: [{ ...get, see: { status: 503, flag: 'UH' } }],
  },
  {
    name: 'all endpoints that fail their checks are 503 with UH',
    routes: [route('h')],
    clusters: checked(ab, { http_health_check: { path: '/', ...told('status=500') } }),
    requests: [{ ...get, see: { status: 503, flag: 'UH', attempts: 0, body: 'no healthy upstream' } }],
  },
  {
    name: 'x-envoy-immediate-health-check-fail in an answer takes the endpoint out at once',
    routes: [route('h')],
    // One check at the start and no other, which would find it good again.
    clusters: checked(ab, { interval: '3600s', no_traffic_interval: '3600s', http_health_check: { path: '/' } }),
    requests: [
      {
        ...get,
        headers: ['x-do: header=x-envoy-immediate-health-check-fail:true; only=a'],
        times: 2,
        see: { endpoints: ['a', 'b'] },
      },
      { ...get, times: 4, see: { endpoints: ['b'] } },
    ],
  },
  {
    name: 'a failing first priority hands over to the second',
    routes: [route('h')],
    clusters: {
      h: placed([locality('one', [{ at: 'a' }]), locality('two', [{ at: 'b' }], { priority: 1 })], {
        health_checks: [
          {
            timeout: '3s',
            interval: '1s',
            unhealthy_threshold: 1,
            healthy_threshold: 1,
            http_health_check: { path: '/', ...told('status=500; only=a') },
          },
        ],
      }),
    },
    requests: [{ ...get, times: 4, see: { endpoints: ['b'] } }],
  },
];
