/** Localities, priorities, panic and subsets. */

import type { JsonObject } from '@bufbuild/protobuf';
import type { CaseCluster, TrafficCase } from '../traffic-case.ts';
import { locality, placed, route } from './parts.ts';

/** Marks endpoints as the control plane sees their health. */
function unhealthy(from: JsonObject, health_status = 'UNHEALTHY'): JsonObject {
  const endpoints = from['lb_endpoints'] as JsonObject[];
  return { ...from, lb_endpoints: endpoints.map((one) => ({ ...one, health_status })) };
}
const get = { send: 'GET /' } as const;
const noPanic = { common_lb_config: { healthy_panic_threshold: { value: 0 } } };
const one = locality('one', [{ at: 'a' }]);
const two = locality('two', [{ at: 'b' }], { priority: 1 });

/** Half of a priority is enough for all of its traffic. */
function doubled(localities: readonly JsonObject[]): CaseCluster {
  const policy = { overprovisioning_factor: 200 };
  return placed([], { load_assignment: { cluster_name: 'placed', endpoints: [...localities], policy } });
}

const subsets = (subset_selectors: readonly JsonObject[], more: JsonObject = {}): JsonObject => ({
  lb_subset_config: { subset_selectors: [...subset_selectors], ...more },
});
const versions = [
  locality('l', [
    { at: 'a', subset: { version: 'v1', stage: 'prod' } },
    { at: 'b', subset: { version: 'v2', stage: 'prod' } },
    { at: 'c', subset: { version: 'v2', stage: 'dev' } },
  ]),
];
const wants = (labels: JsonObject): JsonObject => ({ metadata_match: { filter_metadata: { 'envoy.lb': labels } } });

export const balancingLevelCases: readonly TrafficCase[] = [
  {
    name: 'all goes to the first priority as long as it is healthy',
    routes: [route('p')],
    clusters: { p: placed([one, two]) },
    requests: [{ ...get, times: 5, see: { endpoints: ['a'] } }],
  },
  {
    name: 'all goes to the second priority when the first is unhealthy',
    routes: [route('p')],
    clusters: { p: placed([unhealthy(one), two]) },
    requests: [{ ...get, times: 5, see: { endpoints: ['b'] } }],
  },
  {
    name: 'a draining endpoint gets nothing',
    routes: [route('p')],
    clusters: { p: placed([locality('l', [{ at: 'b' }]), unhealthy(locality('m', [{ at: 'a' }]), 'DRAINING')]) },
    requests: [{ ...get, times: 5, see: { endpoints: ['b'] } }],
  },
  {
    name: 'a degraded endpoint is used when no healthy one is left',
    routes: [route('p')],
    clusters: { p: placed([unhealthy(one, 'DEGRADED'), { ...unhealthy(two), priority: 0 }], noPanic) },
    requests: [{ ...get, times: 4, see: { endpoints: ['a'] } }],
  },
  {
    name: 'a degraded endpoint gets nothing beside a healthy one',
    routes: [route('p')],
    clusters: { p: doubled([locality('l', [{ at: 'b' }]), unhealthy(locality('m', [{ at: 'a' }]), 'DEGRADED')]) },
    requests: [{ ...get, times: 6, see: { endpoints: ['b'] } }],
  },
  {
    name: 'too few healthy endpoints are panic: all are used',
    routes: [route('p')],
    clusters: { p: placed([locality('l', [{ at: 'a' }]), unhealthy(locality('m', [{ at: 'b' }, { at: 'c' }]))]) },
    requests: [{ ...get, times: 30, parallel: true, see: { endpoints: ['a', 'b', 'c'] } }],
  },
  {
    name: 'without a panic threshold the few healthy endpoints take all',
    routes: [route('p')],
    clusters: {
      p: placed([locality('l', [{ at: 'a' }]), unhealthy(locality('m', [{ at: 'b' }, { at: 'c' }]))], noPanic),
    },
    requests: [{ ...get, times: 10, see: { endpoints: ['a'] } }],
  },
  {
    name: 'no healthy endpoint and no panic is 503 with UH',
    routes: [route('p')],
    clusters: { p: placed([unhealthy(one)], noPanic) },
    requests: [
      {
        ...get,
        see: { status: 503, flag: 'UH', attempts: 0, body: 'no healthy upstream', details: 'no_healthy_upstream' },
      },
    ],
  },
  {
    name: 'fail_traffic_on_panic answers 503 with UH instead',
    routes: [route('p')],
    clusters: {
      p: placed([unhealthy(one)], { common_lb_config: { zone_aware_lb_config: { fail_traffic_on_panic: true } } }),
    },
    requests: [{ ...get, see: { status: 503, flag: 'UH' } }],
  },
  {
    name: 'an overprovisioning factor of two keeps all in a priority that is half healthy',
    routes: [route('p')],
    clusters: { p: doubled([one, unhealthy(locality('other', [{ at: 'c' }])), two]) },
    requests: [{ ...get, times: 10, see: { endpoints: ['a'] } }],
  },
  {
    name: 'locality weights share the traffic, and a locality without weight gets none',
    routes: [route('p')],
    clusters: {
      p: placed(
        [
          locality('x', [{ at: 'a' }], { load_balancing_weight: 3 }),
          locality('y', [{ at: 'b' }], { load_balancing_weight: 1 }),
          locality('z', [{ at: 'c' }]),
        ],
        { common_lb_config: { locality_weighted_lb_config: {} } },
      ),
    },
    requests: [
      {
        ...get,
        headers: ['x-do: status=201; only=a'],
        times: 8,
        see: { tally: { '201 -': 6, '200 -': 2 }, endpoints: ['a', 'b'] },
      },
    ],
  },
  {
    name: 'a route takes the subset that its metadata names',
    routes: [
      { match: { prefix: '/v1' }, route: { cluster: 's', timeout: '0s', ...wants({ version: 'v1' }) } },
      {
        match: { prefix: '/v2/dev' },
        route: { cluster: 's', timeout: '0s', ...wants({ version: 'v2', stage: 'dev' }) },
      },
      { match: { prefix: '/v2' }, route: { cluster: 's', timeout: '0s', ...wants({ version: 'v2' }) } },
      { match: { prefix: '/v3' }, route: { cluster: 's', timeout: '0s', ...wants({ version: 'v3' }) } },
    ],
    clusters: { s: placed(versions, subsets([{ keys: ['version'] }, { keys: ['stage', 'version'] }])) },
    requests: [
      { send: 'GET /v1', times: 3, see: { endpoints: ['a'] } },
      { send: 'GET /v2', times: 4, see: { endpoints: ['b', 'c'] } },
      { send: 'GET /v2/dev', times: 3, see: { endpoints: ['c'] } },
      { send: 'GET /v3', see: { status: 503, flag: 'UH', attempts: 0 } },
    ],
  },
  {
    name: 'ANY_ENDPOINT answers a route whose subset does not exist',
    routes: [route('s', wants({ version: 'v9' }))],
    clusters: { s: placed(versions, subsets([{ keys: ['version'] }], { fallback_policy: 'ANY_ENDPOINT' })) },
    requests: [{ ...get, times: 3, see: { endpoints: ['a', 'b', 'c'] } }],
  },
  {
    name: 'DEFAULT_SUBSET answers a route without metadata',
    routes: [route('s')],
    clusters: {
      s: placed(
        versions,
        subsets([{ keys: ['version'] }], { fallback_policy: 'DEFAULT_SUBSET', default_subset: { stage: 'dev' } }),
      ),
    },
    requests: [{ ...get, times: 3, see: { endpoints: ['c'] } }],
  },
  {
    name: 'NO_FALLBACK refuses a route without metadata',
    routes: [route('s')],
    clusters: { s: placed(versions, subsets([{ keys: ['version'] }])) },
    requests: [{ ...get, see: { status: 503, flag: 'UH' } }],
  },
  {
    name: 'a selector has a fallback of its own',
    routes: [route('s', wants({ version: 'v9' }))],
    clusters: {
      s: placed(
        versions,
        subsets([{ keys: ['version'], fallback_policy: 'ANY_ENDPOINT' }], { fallback_policy: 'NO_FALLBACK' }),
      ),
    },
    requests: [{ ...get, times: 3, see: { endpoints: ['a', 'b', 'c'] } }],
  },
  {
    name: 'weighted clusters may name a subset each',
    routes: [
      {
        match: { prefix: '/' },
        route: {
          timeout: '0s',
          weighted_clusters: {
            clusters: [
              { name: 's', weight: 1, ...wants({ version: 'v1' }) },
              { name: 's', weight: 0, ...wants({ version: 'v2' }) },
            ],
          },
        },
      },
    ],
    clusters: { s: placed(versions, subsets([{ keys: ['version'] }])) },
    requests: [{ ...get, times: 4, see: { endpoints: ['a'] } }],
  },
];
