/** What Linkerd's policies come to: a Server's grants, its routes with their own, limits of all and of each, and "audit". */

import type { JsonObject } from '@bufbuild/protobuf';
import { identities } from '../tls-material.ts';
import type { CaseRequest, TrafficCase } from '../traffic-case.ts';
import { filter, httpManager, perFilter, route } from './parts.ts';
import { chains, mutual, serverTls, trust } from './tls-parts.ts';

const rbac = 'extensions.filters.http.rbac.v3.RBAC';
const rbacPerRoute = 'extensions.filters.http.rbac.v3.RBACPerRoute';
const limit = 'extensions.filters.http.local_ratelimit.v3.LocalRateLimit';
const authorization = 'weft.linkerd.authorization';

const any = [{ any: true }];
const grants = (policies: Readonly<Record<string, JsonObject>>): JsonObject => ({
  policies: Object.fromEntries(
    Object.entries(policies).map(([name, principal]) => [name, { permissions: any, principals: [principal] }]),
  ),
});
const peer = (exact: string): JsonObject => ({ authenticated: { principal_name: { exact } } });
const nobody: JsonObject = { not_id: { any: true } };
const router = filter('router', 'extensions.filters.http.router.v3.Router');

/** The mesh's TLS, with or without a certificate of the client. */
const inbound = (
  routes: readonly JsonObject[],
  filters: readonly JsonObject[],
  host: JsonObject = {},
  socket = mutual,
) =>
  chains({
    ...socket,
    filters: [
      httpManager([], {
        route_config: { name: 'own', virtual_hosts: [{ name: 'own', domains: ['*'], routes: [...routes], ...host }] },
        http_filters: [...filters, router],
      }),
    ],
  });
const optional = serverTls('server', {}, trust);

const as = (who: 'client' | 'server', send: string, see: CaseRequest['see'], more: Partial<CaseRequest> = {}) => ({
  send,
  tls: { as: who },
  see,
  ...more,
});
const denied = (details: string): CaseRequest['see'] => ({ status: 403, attempts: 0, details });
const none = 'rbac_access_denied_matched_policy[none]';

const on = { default_value: { numerator: 100 } };
/** Fills once an hour. */
const bucket = (max_tokens: number): JsonObject => ({
  max_tokens,
  tokens_per_fill: max_tokens,
  fill_interval: '3600s',
});
const limited = (token_bucket: JsonObject, more: JsonObject = {}): JsonObject => ({
  stat_prefix: 'linkerd',
  filter_enabled: on,
  filter_enforced: on,
  rate_limited_as_resource_exhausted: true,
  token_bucket,
  ...more,
});
const clientId = filter('weft.linkerd.client_id', 'extensions.filters.http.header_mutation.v3.HeaderMutation', {
  mutations: {
    request_mutations: [
      {
        append: {
          header: { key: 'l5d-client-id', value: '%DOWNSTREAM_PEER_URI_SAN%' },
          append_action: 'OVERWRITE_IF_EXISTS_OR_ADD',
          keep_empty_value: true,
        },
      },
    ],
  },
});
const isServer = (value: string, expect_match: boolean): JsonObject => ({
  header_value_match: {
    descriptor_key: 'override',
    descriptor_value: value,
    expect_match,
    headers: [{ name: 'l5d-client-id', string_match: { safe_regex: { regex: identities.server } } }],
  },
});
const byClient: JsonObject = { request_headers: { header_name: 'l5d-client-id', descriptor_key: 'client' } };
const perClient = limited(bucket(4_294_967_295), {
  always_consume_default_token_bucket: false,
  descriptors: [
    { entries: [{ key: 'override', value: '0' }], token_bucket: bucket(3) },
    { entries: [{ key: 'client' }, { key: 'override', value: 'none' }], token_bucket: bucket(1) },
  ],
});
const counted: JsonObject = {
  rate_limits: [{ actions: [isServer('0', true)] }, { actions: [byClient, isServer('none', false)] }],
};

export const linkerdCases: readonly TrafficCase[] = [
  {
    name: "Linkerd: a Server's grants are of the certificate, and of nobody else",
    listener: inbound(
      [route('a')],
      [
        filter(authorization, rbac, {
          rules: grants({
            'linkerd-authorizationpolicy[shop/a]': peer(identities.client),
            'linkerd-server[shop/s]': nobody,
          }),
        }),
      ],
    ),
    requests: [
      as('client', 'GET /', { status: 200, endpoint: 'a' }),
      as('server', 'GET /', denied(none)),
      as(
        'server',
        'POST /shop.Stock/Get',
        { status: 200, headers: { 'grpc-status': '7' } },
        { headers: ['content-type: application/grpc'], http2: true, tls: { as: 'server', alpn: ['h2'] } },
      ),
    ],
  },
  {
    name: 'Linkerd: routes of a Server have their own grants, and what none takes is 404 before anyone is judged',
    listener: inbound(
      [
        {
          match: { path_separated_prefix: '/stock', headers: [{ name: ':method', string_match: { exact: 'GET' } }] },
          route: { cluster: 'a' },
          ...perFilter(authorization, rbacPerRoute, {
            rbac: { rules: grants({ one: peer(identities.client), 'linkerd-server[shop/s]': nobody }) },
          }),
        },
        {
          match: { path: '/open' },
          route: { cluster: 'b' },
          ...perFilter(authorization, rbacPerRoute, { rbac: { rules: grants({ all: { any: true } }) } }),
        },
      ],
      [filter(authorization, rbac)],
    ),
    requests: [
      as('client', 'GET /stock/1', { status: 200, endpoint: 'a' }),
      as('server', 'GET /stock/1', denied(none)),
      as('server', 'GET /open', { status: 200, endpoint: 'b' }),
      as('client', 'PUT /stock/1', { status: 404, flag: 'NR', attempts: 0 }),
      as('client', 'GET /stocks', { status: 404, flag: 'NR', attempts: 0 }),
    ],
  },
  {
    name: 'Linkerd: audit lets pass what nobody is granted, and notes it',
    listener: inbound(
      [route('a')],
      [
        filter(authorization, rbac, {
          shadow_rules: grants({ one: peer(identities.client) }),
          shadow_rules_stat_prefix: 'linkerd_audit_',
        }),
      ],
    ),
    requests: [as('client', 'GET /', { status: 200 }), as('server', 'GET /', { status: 200 })],
  },
  {
    name: 'Linkerd: all callers together share one bucket, requests without a route take nothing from it',
    listener: inbound(
      [{ match: { prefix: '/a' }, route: { cluster: 'a' } }],
      [filter('total', limit, { stat_prefix: 'linkerd' })],
      perFilter('total', limit, limited(bucket(2))),
    ),
    requests: [
      as('client', 'GET /none', { tally: { '404 NR': 3 } }, { times: 3 }),
      as('client', 'GET /a', { status: 200 }),
      as('server', 'GET /a', { status: 200 }),
      as('client', 'GET /a', { status: 429, flag: 'RL', attempts: 0 }),
      as('server', 'GET /a', { status: 429, flag: 'RL', attempts: 0 }),
      as(
        'server',
        'POST /a',
        { status: 200, headers: { 'grpc-status': '8' } },
        { headers: ['content-type: application/grpc'], http2: true, tls: { as: 'server', alpn: ['h2'] } },
      ),
    ],
  },
  {
    name: 'Linkerd: each caller has a bucket, one with an override its own, those without a certificate one together',
    listener: inbound([route('a')], [clientId, filter('client', limit, perClient)], counted, optional),
    requests: [
      as('client', 'GET /', { status: 200, upstream: { 'l5d-client-id': identities.client } }),
      as('client', 'GET /', { status: 429 }),
      as('server', 'GET /', { tally: { '200 -': 3, '429 RL': 1 } }, { times: 4 }),
      { send: 'GET /', tls: {}, headers: ['l5d-client-id: forged'], see: { status: 200 } },
      { send: 'GET /', tls: {}, headers: ['l5d-client-id: other'], see: { status: 429 } },
    ],
  },
];
