/** RBAC for HTTP: who may. */

import type { JsonObject } from '@bufbuild/protobuf';
import type { CaseRequest, TrafficCase } from '../traffic-case.ts';
import { filter, route } from './parts.ts';

function principalCase(
  name: string,
  principal: JsonObject,
  requests: readonly CaseRequest[],
  manager: JsonObject = {},
): TrafficCase {
  const config = {
    rules: { action: 'ALLOW', policies: { p: { permissions: [{ any: true }], principals: [principal] } } },
  };
  return {
    name,
    filters: [filter('envoy.filters.http.rbac', 'extensions.filters.http.rbac.v3.RBAC', config)],
    routes: [route('a')],
    manager,
    requests,
  };
}
const cidr = (address_prefix: string, prefix_len: number): JsonObject => ({ address_prefix, prefix_len });
const denied = { status: 403, attempts: 0 } as const;
const allowed = { status: 200, attempts: 1 } as const;

export const rbacPrincipalCases: readonly TrafficCase[] = [
  principalCase(
    'direct_remote_ip is the address of the connection, whatever x-forwarded-for says',
    { direct_remote_ip: cidr('127.0.0.1', 32) },
    [{ send: 'GET /', headers: ['x-forwarded-for: 9.9.9.9'], see: allowed }],
  ),
  principalCase('direct_remote_ip of another network denies', { direct_remote_ip: cidr('10.0.0.0', 8) }, [
    { send: 'GET /', headers: ['x-forwarded-for: 10.1.1.1'], see: denied },
  ]),
  principalCase('remote_ip is told by x-forwarded-for where a hop is trusted', { remote_ip: cidr('9.9.9.0', 24) }, [
    { send: 'GET /', headers: ['x-forwarded-for: 9.9.9.9'], see: allowed },
    { send: 'GET /', headers: ['x-forwarded-for: 8.8.8.8'], see: denied },
    { send: 'GET /', headers: ['x-forwarded-for: 9.9.9.9, 8.8.8.8'], see: denied },
    { send: 'GET /', see: denied },
  ]),
  principalCase(
    'remote_ip is the connection where the manager uses the remote address',
    { remote_ip: cidr('9.9.9.0', 24) },
    [{ send: 'GET /', headers: ['x-forwarded-for: 9.9.9.9'], see: denied }],
    { use_remote_address: true },
  ),
  principalCase(
    'remote_ip skips the trusted hops before an edge',
    { remote_ip: cidr('9.9.9.0', 24) },
    [
      { send: 'GET /', headers: ['x-forwarded-for: 9.9.9.9'], see: allowed },
      { send: 'GET /', headers: ['x-forwarded-for: 9.9.9.9, 8.8.8.8'], see: denied },
    ],
    { use_remote_address: true, xff_num_trusted_hops: 1 },
  ),
  principalCase('source_ip is the connection too', { source_ip: cidr('127.0.0.0', 8) }, [
    { send: 'GET /', see: allowed },
  ]),
  principalCase('a header as a principal', { header: { name: 'x-user', string_match: { prefix: 'ann' } } }, [
    { send: 'GET /', headers: ['x-user: anna'], see: allowed },
    { send: 'GET /', headers: ['x-user: bob'], see: denied },
  ]),
  principalCase('a path as a principal', { url_path: { path: { exact: '/open' } } }, [
    { send: 'GET /open', see: allowed },
    { send: 'GET /closed', see: denied },
  ]),
  principalCase(
    'and_ids, or_ids and not_id nest',
    {
      and_ids: {
        ids: [
          {
            or_ids: {
              ids: [{ header: { name: 'x-a', present_match: true } }, { header: { name: 'x-b', present_match: true } }],
            },
          },
          { not_id: { header: { name: 'x-c', present_match: true } } },
        ],
      },
    },
    [
      { send: 'GET /', headers: ['x-a: 1'], see: allowed },
      { send: 'GET /', headers: ['x-b: 1'], see: allowed },
      { send: 'GET /', headers: ['x-a: 1', 'x-c: 1'], see: denied },
      { send: 'GET /', see: denied },
    ],
  ),
  principalCase(
    'authenticated by a name denies a client in the clear',
    { authenticated: { principal_name: { prefix: 'spiffe://' } } },
    [{ send: 'GET /', see: denied }],
  ),
  principalCase('authenticated without a name denies a client in the clear', { authenticated: {} }, [
    { send: 'GET /', see: denied },
  ]),
  principalCase(
    'metadata that no filter has written denies',
    {
      metadata: {
        filter: 'envoy.filters.http.jwt_authn',
        path: [{ key: 'payload' }, { key: 'iss' }],
        value: { string_match: { exact: 'x' } },
      },
    },
    [{ send: 'GET /', see: denied }],
  ),
  principalCase(
    'metadata that no filter has written allows where that is inverted',
    {
      metadata: { filter: 'none', path: [{ key: 'x' }], value: { string_match: { exact: 'x' } }, invert: true },
    },
    [{ send: 'GET /', see: allowed }],
  ),
];
