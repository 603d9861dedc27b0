/** Clusters drawn by weight or named by a field. */

import type { JsonObject } from '@bufbuild/protobuf';
import type { TrafficCase } from '../traffic-case.ts';
import { all, prefix } from './short.ts';

const weighted = (weights: Readonly<Record<string, number>>, more: JsonObject = {}): readonly JsonObject[] => [
  {
    match: { prefix: '/' },
    route: {
      timeout: '0s',
      weighted_clusters: {
        clusters: Object.entries(weights).map(([name, weight]) => ({ name, weight })),
        ...more,
      },
    },
  },
];

export const weightCases: readonly TrafficCase[] = [
  {
    name: 'a weight of 0 takes nothing',
    routes: weighted({ a: 0, b: 5, c: 0 }),
    requests: [{ send: 'GET /', times: 10, see: { endpoints: ['b'] } }],
  },
  {
    name: 'every weight takes its part, whatever their sum',
    routes: weighted({ a: 1, b: 1, c: 1 }),
    requests: [{ send: 'GET /', times: 40, parallel: true, see: { endpoints: ['a', 'b', 'c'] } }],
  },
  {
    name: 'a random value from a field draws the cluster',
    routes: weighted({ a: 10, b: 20, c: 70 }, { header_name: 'x-draw' }),
    requests: [
      { send: 'GET /', headers: ['x-draw: 0'], see: { endpoint: 'a' } },
      { send: 'GET /', headers: ['x-draw: 9'], see: { endpoint: 'a' } },
      { send: 'GET /', headers: ['x-draw: 10'], see: { endpoint: 'b' } },
      { send: 'GET /', headers: ['x-draw: 29'], see: { endpoint: 'b' } },
      { send: 'GET /', headers: ['x-draw: 30'], see: { endpoint: 'c' } },
      { send: 'GET /', headers: ['x-draw: 205'], see: { endpoint: 'a' } },
    ],
  },
  {
    name: 'a weighted cluster that does not exist answers 503 with NC',
    routes: weighted({ nowhere: 1 }),
    routeConfigMore: { validate_clusters: false },
    requests: [{ send: 'GET /', see: { status: 503, flag: 'NC' } }],
  },
  {
    name: 'weighted clusters rewrite the host for themselves',
    routes: [
      {
        match: { prefix: '/' },
        route: {
          timeout: '0s',
          weighted_clusters: { clusters: [{ name: 'a', weight: 1, host_rewrite_literal: 'w.example' }] },
        },
      },
    ],
    requests: [{ send: 'GET /', see: { authority: 'w.example' } }],
  },
  {
    name: "a route's host rewrite goes over that of its weighted cluster",
    routes: [
      {
        match: { prefix: '/' },
        route: {
          timeout: '0s',
          host_rewrite_literal: 'route.example',
          append_x_forwarded_host: true,
          weighted_clusters: { clusters: [{ name: 'a', weight: 1, host_rewrite_literal: 'w.example' }] },
        },
      },
    ],
    requests: [
      {
        send: 'GET /',
        see: {
          authority: 'route.example',
          upstream: { 'x-forwarded-host': 'w.example', 'x-envoy-original-host': 'w.example' },
        },
      },
    ],
  },
  {
    name: 'a field of the request names the cluster',
    clusters: { a: { endpoints: ['a'] } },
    routes: [
      { match: { prefix: '/404' }, route: { cluster_header: 'x-to', cluster_not_found_response_code: 'NOT_FOUND' } },
      { match: { prefix: '/' }, route: { cluster_header: 'x-to', timeout: '0s' } },
    ],
    requests: [
      { send: 'GET /', see: { status: 503, flag: 'NC' } },
      { send: 'GET /', headers: ['x-to: nowhere'], see: { status: 503, flag: 'NC', details: 'cluster_not_found' } },
      { send: 'GET /404', headers: ['x-to: nowhere'], see: { status: 404, flag: 'NC' } },
    ],
  },
  {
    name: 'requests are mirrored with "-shadow" on their host, and answered by the first',
    routes: [
      prefix('/none', 'a', {
        request_mirror_policies: [{ cluster: 'b', runtime_fraction: { default_value: { numerator: 0 } } }],
      }),
      all('a', { request_mirror_policies: [{ cluster: 'closed' }] }),
    ],
    requests: [
      { send: 'GET /none', see: { status: 200, endpoint: 'a', attempts: 1 } },
      { send: 'GET /', see: { status: 200, endpoint: 'a', attempts: 1 } },
    ],
  },
];
