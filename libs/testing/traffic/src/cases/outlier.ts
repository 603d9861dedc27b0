/** Outlier detection: what ejects an endpoint, and what happens without one. */

import type { JsonObject } from '@bufbuild/protobuf';
import type { CaseCluster, EndpointName, TrafficCase } from '../traffic-case.ts';
import { locality, placed, route } from './parts.ts';

function watched(outlier_detection: JsonObject, endpoints: readonly EndpointName[] = ['a', 'b']): CaseCluster {
  return {
    endpoints,
    merge: {
      outlier_detection: {
        interval: '60s',
        base_ejection_time: '60s',
        max_ejection_percent: 100,
        ...outlier_detection,
      },
      common_lb_config: { healthy_panic_threshold: { value: 0 } },
    },
  };
}

const bad = (words: string, times = 6) => ({ send: 'GET /', headers: [`x-do: ${words}; only=a`], times });

export const outlierCases: readonly TrafficCase[] = [
  {
    name: 'consecutive_5xx ejects an endpoint',
    routes: [route('w')],
    clusters: { w: watched({ consecutive_5xx: 2, enforcing_consecutive_5xx: 100 }) },
    requests: [
      { ...bad('status=500'), see: { tally: { '500 -': 2, '200 -': 4 } } },
      { send: 'GET /', times: 4, see: { endpoints: ['b'] } },
    ],
  },
  {
    name: 'a good answer between the bad ones begins the count anew',
    routes: [route('w')],
    clusters: { w: watched({ consecutive_5xx: 3 }) },
    requests: [
      { ...bad('status=500', 4), see: { tally: { '500 -': 2, '200 -': 2 } } },
      { send: 'GET /', times: 2, see: { endpoints: ['a', 'b'] } },
      { ...bad('status=500', 4), see: { tally: { '500 -': 2, '200 -': 2 } } },
      { send: 'GET /', times: 4, see: { endpoints: ['a', 'b'] } },
    ],
  },
  {
    name: 'consecutive_gateway_failure counts 502 to 504, not 500',
    routes: [route('w')],
    clusters: {
      w: watched({
        consecutive_gateway_failure: 2,
        enforcing_consecutive_gateway_failure: 100,
        enforcing_consecutive_5xx: 0,
      }),
    },
    requests: [
      { ...bad('status=500', 8), see: { tally: { '500 -': 4, '200 -': 4 } } },
      { ...bad('status=503', 8), see: { tally: { '503 -': 2, '200 -': 6 } } },
      { send: 'GET /', times: 4, see: { endpoints: ['b'] } },
    ],
  },
  {
    name: 'enforcing at zero percent ejects nobody',
    routes: [route('w')],
    clusters: { w: watched({ consecutive_5xx: 1, enforcing_consecutive_5xx: 0 }) },
    requests: [{ ...bad('status=500', 8), see: { tally: { '500 -': 4, '200 -': 4 } } }],
  },
  {
    name: 'a connection that breaks counts as a failure of the endpoint',
    routes: [route('w')],
    clusters: { w: watched({ consecutive_5xx: 2 }) },
    requests: [
      { ...bad('reset'), see: { tally: { '503 UC': 2, '200 -': 4 } } },
      { send: 'GET /', times: 4, see: { endpoints: ['b'] } },
    ],
  },
  {
    name: 'split_external_local_origin_errors takes bad answers for external, and a new connection ends the local count',
    routes: [route('w')],
    clusters: {
      w: watched({
        split_external_local_origin_errors: true,
        consecutive_5xx: 100,
        consecutive_local_origin_failure: 2,
        enforcing_consecutive_local_origin_failure: 100,
      }),
    },
    requests: [
      { ...bad('status=500', 8), see: { tally: { '500 -': 4, '200 -': 4 } } },
      { ...bad('reset', 8), see: { tally: { '503 UC': 4, '200 -': 4 } } },
    ],
  },
  {
    name: 'consecutive_local_origin_failure ejects an endpoint that refuses connections',
    routes: [route('w')],
    clusters: {
      w: watched(
        {
          split_external_local_origin_errors: true,
          consecutive_local_origin_failure: 2,
          enforcing_consecutive_local_origin_failure: 100,
        },
        ['closed', 'b'],
      ),
    },
    requests: [{ send: 'GET /', times: 8, see: { tally: { '503 UF': 2, '200 -': 6 }, endpoints: ['b'] } }],
  },
  {
    name: 'max_ejection_percent of zero ejects nobody',
    routes: [route('w')],
    clusters: { w: watched({ consecutive_5xx: 1, max_ejection_percent: 0 }) },
    requests: [{ ...bad('status=500'), see: { tally: { '500 -': 3, '200 -': 3 } } }],
  },
  {
    name: 'always_eject_one_host lets one go whatever max_ejection_percent says',
    routes: [route('w')],
    clusters: { w: watched({ consecutive_5xx: 1, max_ejection_percent: 0, always_eject_one_host: true }) },
    requests: [{ ...bad('status=500', 8), see: { tally: { '500 -': 1, '200 -': 7 } } }],
  },
  {
    name: 'all endpoints ejected and no panic is 503 with UH',
    routes: [route('w')],
    clusters: { w: watched({ consecutive_5xx: 1 }, ['a']) },
    requests: [
      { send: 'GET /', headers: ['x-do: status=500'], see: { status: 500 } },
      {
        send: 'GET /',
        see: { status: 503, flag: 'UH', attempts: 0, body: 'no healthy upstream', details: 'no_healthy_upstream' },
      },
    ],
  },
  {
    name: 'all endpoints ejected is panic by default: they are used all the same',
    routes: [route('p')],
    clusters: {
      p: {
        endpoints: ['a'],
        merge: { outlier_detection: { consecutive_5xx: 1, interval: '60s', max_ejection_percent: 100 } },
      },
    },
    requests: [
      { send: 'GET /', headers: ['x-do: status=500'], see: { status: 500 } },
      { send: 'GET /', see: { status: 200, endpoint: 'a' } },
    ],
  },
  {
    name: 'an endpoint comes back after its ejection time',
    routes: [route('w')],
    clusters: { w: watched({ consecutive_5xx: 1, interval: '0.1s', base_ejection_time: '1s' }, ['a']) },
    requests: [
      { send: 'GET /', headers: ['x-do: status=500'], unlogged: true, see: { status: 500 } },
      { send: 'GET /', unlogged: true, pauseMs: 50, see: { status: 503 } },
      { send: 'GET /', pauseMs: 2_500, see: { status: 200, flag: '-' } },
    ],
  },
  {
    name: 'ejections in the first priority send the traffic to the next',
    routes: [route('levels')],
    clusters: {
      levels: placed([locality('one', [{ at: 'a' }]), locality('two', [{ at: 'b' }], { priority: 1 })], {
        outlier_detection: { consecutive_5xx: 1, interval: '60s', max_ejection_percent: 100 },
      }),
    },
    requests: [
      { ...bad('status=500', 1), see: { status: 500, endpoint: 'a' } },
      { send: 'GET /', times: 3, see: { endpoints: ['b'] } },
    ],
  },
  {
    name: 'a gRPC status counts as the HTTP status it stands for',
    routes: [route('w')],
    clusters: { w: { ...watched({ consecutive_5xx: 1 }, ['a']), http2: true } },
    requests: [
      {
        send: 'POST /s/m',
        http2: true,
        headers: [
          'content-type: application/grpc',
          'te: trailers',
          'x-do: grpc-head=14; header=content-type:application/grpc',
        ],
        see: { status: 200, headers: { 'grpc-status': '14' } },
      },
      { send: 'GET /', see: { status: 503, flag: 'UH' } },
    ],
  },
];
