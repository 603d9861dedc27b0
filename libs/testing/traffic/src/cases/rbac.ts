/** RBAC for HTTP: permissions, principals of the connection, shadow rules, routes of their own. */

import type { JsonObject } from '@bufbuild/protobuf';
import type { CaseRequest, TrafficCase } from '../traffic-case.ts';
import { filter, perFilter, route } from './parts.ts';

const message = 'extensions.filters.http.rbac.v3.RBAC';
const anyone = { any: true };

function rules(permission: JsonObject, principal: JsonObject = anyone, action = 'ALLOW'): JsonObject {
  return { action, policies: { p: { permissions: [permission], principals: [principal] } } };
}
const rbac = (config: JsonObject): readonly JsonObject[] => [filter('envoy.filters.http.rbac', message, config)];

function allowing(name: string, permission: JsonObject, requests: readonly CaseRequest[]): TrafficCase {
  return { name, filters: rbac({ rules: rules(permission) }), routes: [route('a')], requests };
}
const denied = {
  status: 403,
  attempts: 0,
  flag: '-',
  body: 'RBAC: access denied',
  details: 'rbac_access_denied_matched_policy[none]',
} as const;
const allowed = { status: 200, attempts: 1 } as const;

export const rbacCases: readonly TrafficCase[] = [
  allowing('a path permission sees the path without its query', { url_path: { path: { exact: '/ok' } } }, [
    { send: 'GET /ok?x=/no', see: allowed },
    { send: 'GET /ok/', see: denied },
    { send: 'GET /OK', see: denied },
  ]),
  allowing(
    'path permissions match by prefix, suffix and regex',
    {
      or_rules: {
        rules: [
          { url_path: { path: { prefix: '/pre/' } } },
          { url_path: { path: { suffix: '.txt' } } },
          { url_path: { path: { safe_regex: { regex: '/v[0-9]' } } } },
        ],
      },
    },
    [
      { send: 'GET /pre/x', see: allowed },
      { send: 'GET /a.txt?b', see: allowed },
      { send: 'GET /v1', see: allowed },
      { send: 'GET /v10', see: denied },
      { send: 'GET /pre', see: denied },
    ],
  ),
  allowing(
    'and_rules need all, not_rule turns one round',
    {
      and_rules: {
        rules: [
          { header: { name: ':method', string_match: { exact: 'GET' } } },
          { not_rule: { header: { name: 'x-bad', present_match: true } } },
        ],
      },
    },
    [
      { send: 'GET /', see: allowed },
      { send: 'POST /', see: denied },
      { send: 'GET /', headers: ['x-bad: 1'], see: denied },
    ],
  ),
  allowing(
    'a header permission looks at each field of one name by itself',
    { header: { name: 'x-role', string_match: { exact: 'admin' } } },
    [
      { send: 'GET /', headers: ['x-role: admin'], see: allowed },
      { send: 'GET /', headers: ['x-role: guest', 'x-role: admin'], see: allowed },
      { send: 'GET /', headers: ['x-role: guest, admin'], see: denied },
      { send: 'GET /', see: denied },
    ],
  ),
  allowing(
    'a header permission with invert_match needs the field',
    { header: { name: 'x-role', string_match: { exact: 'guest' }, invert_match: true } },
    [
      { send: 'GET /', headers: ['x-role: admin'], see: allowed },
      { send: 'GET /', headers: ['x-role: guest'], see: denied },
      { send: 'GET /', see: denied },
    ],
  ),
  allowing(
    'a host permission sees the authority with its port',
    { header: { name: ':authority', string_match: { exact: 'ok.example' } } },
    [
      { send: 'GET /', host: 'ok.example', see: allowed },
      { send: 'GET /', host: 'ok.example:80', see: denied },
      { send: 'GET /', host: 'OK.example', see: denied },
    ],
  ),
  allowing('a permission for another destination port denies', { destination_port: 1 }, [
    { send: 'GET /', see: denied },
  ]),
  allowing(
    'a permission for a range of ports and an address allows',
    {
      and_rules: {
        rules: [
          { destination_port_range: { start: 1000, end: 65535 } },
          { destination_ip: { address_prefix: '127.0.0.0', prefix_len: 8 } },
        ],
      },
    },
    [{ send: 'GET /', see: allowed }],
  ),
  allowing('requested_server_name is empty without TLS', { requested_server_name: { exact: '' } }, [
    { send: 'GET /', see: allowed },
  ]),
  {
    name: 'a DENY policy denies what it matches and names itself in the log',
    filters: rbac({
      rules: {
        action: 'DENY',
        policies: {
          'ns[x]-policy[y]-rule[0]': {
            permissions: [{ url_path: { path: { prefix: '/admin' } } }],
            principals: [anyone],
          },
        },
      },
    }),
    routes: [route('a')],
    requests: [
      {
        send: 'GET /admin/x',
        see: { status: 403, details: 'rbac_access_denied_matched_policy[ns[x]-policy[y]-rule[0]]' },
      },
      { send: 'GET /', see: allowed },
    ],
  },
  {
    name: 'rules without policies deny all, no rules at all allow all',
    filters: rbac({ rules: { action: 'ALLOW' } }),
    routes: [
      {
        match: { prefix: '/free' },
        route: { cluster: 'a', timeout: '0s' },
        ...perFilter('envoy.filters.http.rbac', 'extensions.filters.http.rbac.v3.RBACPerRoute', {}),
      },
      route('a'),
    ],
    requests: [
      { send: 'GET /', see: denied },
      { send: 'GET /free', see: allowed },
    ],
  },
  {
    name: 'a DENY without policies allows all',
    filters: rbac({ rules: { action: 'DENY' } }),
    routes: [route('a')],
    requests: [{ send: 'GET /', see: allowed }],
  },
  {
    name: 'rules of a route replace those of the listener',
    filters: rbac({ rules: rules({ any: true }) }),
    routes: [
      {
        match: { prefix: '/own' },
        route: { cluster: 'a', timeout: '0s' },
        ...perFilter('envoy.filters.http.rbac', 'extensions.filters.http.rbac.v3.RBACPerRoute', {
          rbac: { rules: rules({ header: { name: 'x-in', present_match: true } }) },
        }),
      },
      route('a'),
    ],
    requests: [
      { send: 'GET /own', see: denied },
      { send: 'GET /own', headers: ['x-in: 1'], see: allowed },
      { send: 'GET /', see: allowed },
    ],
  },
  {
    name: 'shadow rules deny nobody',
    filters: rbac({ shadow_rules: rules({ url_path: { path: { exact: '/only' } } }), rules: rules({ any: true }) }),
    routes: [route('a')],
    requests: [{ send: 'GET /', see: allowed }],
  },
  {
    name: 'a DENY filter goes before an ALLOW filter, as Istio orders them',
    filters: [
      filter('deny', message, {
        rules: rules({ header: { name: ':method', string_match: { exact: 'DELETE' } } }, anyone, 'DENY'),
      }),
      filter('allow', message, { rules: rules({ url_path: { path: { prefix: '/shop' } } }) }),
    ],
    routes: [route('a')],
    requests: [
      { send: 'GET /shop', see: allowed },
      { send: 'DELETE /shop', see: { status: 403, details: 'rbac_access_denied_matched_policy[p]' } },
      { send: 'GET /else', see: denied },
    ],
  },
  {
    name: 'a gRPC request that is denied gets status 7',
    filters: rbac({ rules: { action: 'ALLOW' } }),
    routes: [route('a')],
    requests: [
      {
        send: 'POST /s/m',
        http2: true,
        headers: ['content-type: application/grpc', 'te: trailers'],
        see: { status: 200, headers: { 'grpc-status': '7', 'grpc-message': 'RBAC: access denied' } },
      },
    ],
  },
  {
    name: 'a LOG action lets all pass',
    filters: rbac({ rules: rules({ url_path: { path: { exact: '/x' } } }, anyone, 'LOG') }),
    routes: [route('a')],
    requests: [
      { send: 'GET /x', see: allowed },
      { send: 'GET /', see: allowed },
    ],
  },
  {
    name: 'a path is normalised before RBAC sees it where the manager normalises',
    filters: rbac({ rules: rules({ url_path: { path: { prefix: '/admin' } } }, anyone, 'DENY') }),
    routes: [route('a')],
    manager: { normalize_path: true, merge_slashes: true, path_with_escaped_slashes_action: 'UNESCAPE_AND_FORWARD' },
    requests: [
      { send: 'GET /x/../admin', see: { status: 403 } },
      { send: 'GET //admin', see: { status: 403 } },
      { send: 'GET /%61dmin', see: { status: 403 } },
      { send: 'GET /x%2f..%2fadmin', see: { status: 403 } },
      { send: 'GET /x\\..\\admin', see: { status: 403 } },
      { send: 'GET /Admin', see: allowed },
    ],
  },
];
