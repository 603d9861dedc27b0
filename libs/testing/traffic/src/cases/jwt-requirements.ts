/** JWT: which providers a request needs, by rule and by route; claims for RBAC and routing. */

import type { JsonObject } from '@bufbuild/protobuf';
import { keySets, tokenOf } from '../json-web-keys.ts';
import type { TrafficCase } from '../traffic-case.ts';
import { filter, perFilter, route } from './parts.ts';

const jwks = { local_jwks: { inline_string: keySets['all'] ?? '' } };
const providers: JsonObject = {
  one: { issuer: 'one', ...jwks, payload_in_metadata: 'payload' },
  two: { issuer: 'two', ...jwks, from_headers: [{ name: 'x-two' }] },
};
const jwt = (config: JsonObject): JsonObject =>
  filter('envoy.filters.http.jwt_authn', 'extensions.filters.http.jwt_authn.v3.JwtAuthentication', {
    providers,
    ...config,
  });
const all = (requires: JsonObject): JsonObject => jwt({ rules: [{ match: { prefix: '/' }, requires }] });
const one = `authorization: Bearer ${tokenOf({ iss: 'one' })}`;
const two = `x-two: ${tokenOf({ iss: 'two' })}`;
const bad = `authorization: Bearer ${tokenOf({ iss: 'one' }, 'stranger')}`;

export const jwtRequirementCases: readonly TrafficCase[] = [
  {
    name: 'requires_any takes either provider',
    filters: [all({ requires_any: { requirements: [{ provider_name: 'one' }, { provider_name: 'two' }] } })],
    routes: [route('a')],
    requests: [
      { send: 'GET /', headers: [one], see: { status: 200 } },
      { send: 'GET /', headers: [two], see: { status: 200 } },
      { send: 'GET /', headers: [bad], see: { status: 401, body: 'Jwt verification fails' } },
      { send: 'GET /', see: { status: 401, body: 'Jwt is missing' } },
    ],
  },
  {
    name: 'requires_all needs both providers',
    filters: [all({ requires_all: { requirements: [{ provider_name: 'one' }, { provider_name: 'two' }] } })],
    routes: [route('a')],
    requests: [
      { send: 'GET /', headers: [one, two], see: { status: 200 } },
      { send: 'GET /', headers: [one], see: { status: 401 } },
      { send: 'GET /', headers: [two], see: { status: 401 } },
    ],
  },
  {
    name: 'allow_missing beside a provider, as Istio writes it, refuses bad tokens only',
    filters: [all({ requires_any: { requirements: [{ provider_name: 'one' }, { allow_missing: {} }] } })],
    routes: [route('a')],
    requests: [
      { send: 'GET /', see: { status: 200 } },
      { send: 'GET /', headers: [one], see: { status: 200, upstream: { authorization: undefined } } },
      { send: 'GET /', headers: [bad], see: { status: 401 } },
    ],
  },
  {
    name: 'allow_missing_or_failed lets all pass',
    filters: [all({ requires_any: { requirements: [{ provider_name: 'one' }, { allow_missing_or_failed: {} }] } })],
    routes: [route('a')],
    requests: [
      { send: 'GET /', see: { status: 200 } },
      { send: 'GET /', headers: [bad], see: { status: 200 } },
    ],
  },
  {
    name: 'the first rule that matches decides; without requirements, or without a rule, no token is needed',
    filters: [
      jwt({
        rules: [
          { match: { prefix: '/open' } },
          { match: { prefix: '/shop' }, requires: { provider_name: 'one' } },
          { match: { prefix: '/shop/x' }, requires: { provider_name: 'two' } },
        ],
      }),
    ],
    routes: [route('a')],
    requests: [
      { send: 'GET /open', see: { status: 200 } },
      { send: 'GET /elsewhere', see: { status: 200 } },
      { send: 'GET /shop', see: { status: 401 } },
      { send: 'GET /shop/x', headers: [one], see: { status: 200 } },
    ],
  },
  {
    name: 'provider_and_audiences replaces the audiences of the provider',
    filters: [all({ provider_and_audiences: { provider_name: 'one', audiences: ['z'] } })],
    routes: [route('a')],
    requests: [
      { send: 'GET /', headers: [`authorization: Bearer ${tokenOf({ iss: 'one', aud: 'z' })}`], see: { status: 200 } },
      { send: 'GET /', headers: [one], see: { status: 403 } },
    ],
  },
  {
    name: 'a route may turn JWT off or name a requirement',
    filters: [
      jwt({
        rules: [{ match: { prefix: '/' }, requires: { provider_name: 'one' } }],
        requirement_map: { second: { provider_name: 'two' } },
      }),
    ],
    routes: [
      {
        match: { prefix: '/off' },
        route: { cluster: 'a' },
        ...perFilter('envoy.filters.http.jwt_authn', 'extensions.filters.http.jwt_authn.v3.PerRouteConfig', {
          disabled: true,
        }),
      },
      {
        match: { prefix: '/second' },
        route: { cluster: 'a' },
        ...perFilter('envoy.filters.http.jwt_authn', 'extensions.filters.http.jwt_authn.v3.PerRouteConfig', {
          requirement_name: 'second',
        }),
      },
      route('a'),
    ],
    requests: [
      { send: 'GET /off', see: { status: 200 } },
      { send: 'GET /second', headers: [two], see: { status: 200 } },
      { send: 'GET /second', headers: [one], see: { status: 401 } },
      { send: 'GET /', headers: [one], see: { status: 200 } },
    ],
  },
  {
    name: 'a CORS preflight needs no token where bypass_cors_preflight is set',
    filters: [
      jwt({ bypass_cors_preflight: true, rules: [{ match: { prefix: '/' }, requires: { provider_name: 'one' } }] }),
    ],
    routes: [route('a')],
    requests: [
      {
        send: 'OPTIONS /',
        headers: ['origin: https://x.example', 'access-control-request-method: GET'],
        see: { status: 200 },
      },
      { send: 'OPTIONS /', see: { status: 401 } },
    ],
  },
  {
    name: 'RBAC reads the claims that JWT has put into metadata',
    filters: [
      all({ requires_any: { requirements: [{ provider_name: 'one' }, { allow_missing: {} }] } }),
      filter('envoy.filters.http.rbac', 'extensions.filters.http.rbac.v3.RBAC', {
        rules: {
          action: 'ALLOW',
          policies: {
            p: {
              permissions: [{ any: true }],
              principals: [
                {
                  metadata: {
                    filter: 'envoy.filters.http.jwt_authn',
                    path: [{ key: 'payload' }, { key: 'groups' }],
                    value: { list_match: { one_of: { string_match: { exact: 'admins' } } } },
                  },
                },
              ],
            },
          },
        },
      }),
    ],
    routes: [route('a')],
    requests: [
      {
        send: 'GET /',
        headers: [`authorization: Bearer ${tokenOf({ iss: 'one', groups: ['users', 'admins'] })}`],
        see: { status: 200 },
      },
      {
        send: 'GET /',
        headers: [`authorization: Bearer ${tokenOf({ iss: 'one', groups: ['users'] })}`],
        see: { status: 403 },
      },
      {
        send: 'GET /',
        headers: [`authorization: Bearer ${tokenOf({ iss: 'one', groups: 'admins' })}`],
        see: { status: 403 },
      },
      { send: 'GET /', see: { status: 403 } },
    ],
  },
  {
    name: 'a claim chooses the route through a field, and the route is chosen anew',
    filters: [
      jwt({
        providers: {
          one: {
            issuer: 'one',
            ...jwks,
            claim_to_headers: [{ header_name: 'x-plan', claim_name: 'plan' }],
            clear_route_cache: true,
          },
        },
        rules: [{ match: { prefix: '/' }, requires: { provider_name: 'one' } }],
      }),
    ],
    routes: [
      {
        match: { prefix: '/', headers: [{ name: 'x-plan', string_match: { exact: 'gold' } }] },
        route: { cluster: 'b' },
      },
      route('a'),
    ],
    requests: [
      {
        send: 'GET /',
        headers: [`authorization: Bearer ${tokenOf({ iss: 'one', plan: 'gold' })}`],
        see: { status: 200, endpoint: 'b' },
      },
      {
        send: 'GET /',
        headers: [`authorization: Bearer ${tokenOf({ iss: 'one', plan: 'tin' })}`],
        see: { status: 200, endpoint: 'a' },
      },
    ],
  },
  {
    name: 'a gRPC request without its token gets status 16',
    filters: [all({ provider_name: 'one' })],
    routes: [route('a')],
    requests: [
      {
        send: 'POST /s/m',
        http2: true,
        headers: ['content-type: application/grpc', 'te: trailers'],
        see: { status: 200, headers: { 'grpc-status': '16', 'grpc-message': 'Jwt is missing' } },
      },
    ],
  },
];
