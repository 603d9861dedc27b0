/** JWT: where tokens are found, what makes them good, what becomes of their claims. */

import type { JsonObject } from '@bufbuild/protobuf';
import { keySets, tokenOf } from '../json-web-keys.ts';
import type { CaseRequest, TrafficCase } from '../traffic-case.ts';
import { filter, route } from './parts.ts';

const local = { local_jwks: { inline_string: keySets['all'] ?? '' } };

function jwtCase(
  name: string,
  provider: JsonObject,
  requests: readonly CaseRequest[],
  requires: JsonObject = { provider_name: 'p' },
): TrafficCase {
  return {
    name,
    filters: [
      filter('envoy.filters.http.jwt_authn', 'extensions.filters.http.jwt_authn.v3.JwtAuthentication', {
        providers: { p: { issuer: 'issuer.example', ...('remote_jwks' in provider ? {} : local), ...provider } },
        rules: [{ match: { prefix: '/' }, requires }],
      }),
    ],
    routes: [route('a')],
    requests,
  };
}
const bearer = (token: string): readonly string[] => [`authorization: Bearer ${token}`];
const now = Math.floor(Date.now() / 1000);
const allowed = { status: 200, attempts: 1 } as const;
const denied = (body: string | RegExp) =>
  ({ status: 401, attempts: 0, flag: '-', body, details: /^jwt_authn_access_denied\{/ }) as const;

const cases: readonly TrafficCase[] = [
  jwtCase('a token in authorization is verified and removed', {}, [
    { send: 'GET /', headers: bearer(tokenOf()), see: { ...allowed, upstream: { authorization: undefined } } },
    {
      send: 'GET /',
      see: {
        ...denied('Jwt is missing'),
        details: 'jwt_authn_access_denied{Jwt_is_missing}',
        headers: { 'www-authenticate': 'Bearer realm="http://test.example/"', 'content-type': 'text/plain' },
      },
    },
    {
      send: 'GET /a?b=c',
      headers: bearer('nonsense'),
      see: {
        ...denied(/^Jwt is not in the form/),
        headers: { 'www-authenticate': /^Bearer realm="http:\/\/test.example\/a\?b=c", error="invalid_token"$/ },
      },
    },
    { send: 'GET /', headers: ['authorization: Basic abc'], see: denied('Jwt is missing') },
  ]),
  jwtCase('forward keeps the token for the endpoint', { forward: true }, [
    { send: 'GET /', headers: bearer(tokenOf()), see: { ...allowed, upstream: { authorization: /^Bearer ey/ } } },
  ]),
  jwtCase('tokens signed with RSA, ECDSA and Ed25519 are good', {}, [
    { send: 'GET /', headers: bearer(tokenOf({}, 'rsa')), see: allowed },
    { send: 'GET /', headers: bearer(tokenOf({}, 'ec')), see: allowed },
    { send: 'GET /', headers: bearer(tokenOf({}, 'ed')), see: allowed },
  ]),
  jwtCase('a signature by another key, or none, is refused', {}, [
    { send: 'GET /', headers: bearer(tokenOf({}, 'stranger')), see: denied('Jwt verification fails') },
    { send: 'GET /', headers: bearer(tokenOf({}, 'none')), see: { status: 401, attempts: 0 } },
    { send: 'GET /', headers: bearer(`${tokenOf().slice(0, -10)}AAAAAAAAAA`), see: { status: 401, attempts: 0 } },
    { send: 'GET /', headers: bearer('a.b.c'), see: { status: 401, attempts: 0 } },
  ]),
  jwtCase('expired and early tokens are refused beyond the skew of 60 s', {}, [
    { send: 'GET /', headers: bearer(tokenOf({ exp: now - 7_200 })), see: denied('Jwt is expired') },
    { send: 'GET /', headers: bearer(tokenOf({ nbf: now + 7_200 })), see: denied('Jwt not yet valid') },
    { send: 'GET /', headers: bearer(tokenOf({ nbf: now + 20 })), see: allowed },
    { send: 'GET /', headers: bearer(tokenOf({ exp: undefined })), see: allowed },
  ]),
  // A token that expires within the default skew would do so for good while the table runs.
  jwtCase('clock_skew_seconds sets the skew', { clock_skew_seconds: 600 }, [
    { send: 'GET /', headers: bearer(tokenOf({ exp: now - 300 })), see: allowed },
  ]),
  jwtCase('another issuer is refused', {}, [
    { send: 'GET /', headers: bearer(tokenOf({ iss: 'other.example' })), see: denied('Jwt issuer is not configured') },
    { send: 'GET /', headers: bearer(tokenOf({ iss: undefined })), see: { status: 401 } },
  ]),
  jwtCase('one of the audiences must be in the token', { audiences: ['shop', 'bank'] }, [
    { send: 'GET /', headers: bearer(tokenOf({ aud: 'shop' })), see: allowed },
    { send: 'GET /', headers: bearer(tokenOf({ aud: ['x', 'bank'] })), see: allowed },
    {
      send: 'GET /',
      headers: bearer(tokenOf({ aud: 'x' })),
      see: { status: 403, body: 'Audiences in Jwt are not allowed' },
    },
    { send: 'GET /', headers: bearer(tokenOf()), see: { status: 403 } },
  ]),
  jwtCase(
    'from_headers and their prefix say where a token is, authorization no more',
    { from_headers: [{ name: 'x-token', value_prefix: 'Tok ' }] },
    [
      {
        send: 'GET /',
        headers: [`x-token: Tok ${tokenOf()}`],
        see: { ...allowed, upstream: { 'x-token': undefined } },
      },
      { send: 'GET /', headers: [`x-token: ${tokenOf()}`], see: denied('Jwt is missing') },
      { send: 'GET /', headers: bearer(tokenOf()), see: denied('Jwt is missing') },
    ],
  ),
  jwtCase('a token in the query is found by default as access_token', {}, [
    { send: `GET /q?access_token=${tokenOf()}&x=1`, see: allowed },
  ]),
  jwtCase('from_params and from_cookies say where a token is', { from_params: ['tok'], from_cookies: ['session'] }, [
    { send: `GET /q?tok=${tokenOf()}`, see: allowed },
    { send: 'GET /', headers: [`cookie: a=b; session=${tokenOf()}`], see: allowed },
    { send: 'GET /', headers: bearer(tokenOf()), see: denied('Jwt is missing') },
  ]),
  jwtCase('two tokens in one request must both be good', { from_headers: [{ name: 'x-one' }, { name: 'x-two' }] }, [
    { send: 'GET /', headers: [`x-one: ${tokenOf()}`, `x-two: ${tokenOf()}`], see: allowed },
    { send: 'GET /', headers: [`x-one: ${tokenOf()}`, 'x-two: bad'], see: { status: 401 } },
  ]),
  jwtCase('the payload goes to the endpoint in a field', { forward_payload_header: 'x-payload' }, [
    {
      send: 'GET /',
      headers: bearer(tokenOf({ exp: 4_000_000_000 })),
      see: {
        ...allowed,
        upstream: {
          'x-payload': Buffer.from('{"iss":"issuer.example","sub":"ann","exp":4000000000}').toString('base64url'),
        },
      },
    },
    {
      send: 'GET /',
      headers: [...bearer(tokenOf()), 'x-payload: forged'],
      see: { ...allowed, upstream: { 'x-payload': /^ey/ } },
    },
  ]),
  jwtCase(
    'claims go to the endpoint in fields, and forged ones are removed',
    {
      claim_to_headers: [
        { header_name: 'x-sub', claim_name: 'sub' },
        { header_name: 'x-deep', claim_name: 'a.b' },
        { header_name: 'x-list', claim_name: 'list' },
        { header_name: 'x-num', claim_name: 'num' },
      ],
    },
    [
      {
        send: 'GET /',
        headers: [...bearer(tokenOf({ a: { b: 'c' }, num: 7 })), 'x-sub: forged', 'x-list: forged'],
        see: { ...allowed, upstream: { 'x-sub': 'ann', 'x-deep': 'c', 'x-num': '7', 'x-list': undefined } },
      },
      {
        send: 'GET /',
        headers: [...bearer(tokenOf({ list: [1, 'two'], num: true })), 'x-deep: forged'],
        see: {
          ...allowed,
          upstream: { 'x-deep': undefined, 'x-num': 'true', 'x-list': Buffer.from('[1,"two"]').toString('base64') },
        },
      },
    ],
  ),
  jwtCase(
    'a key set is fetched from its server',
    { remote_jwks: { http_uri: { uri: 'http://keys.example/all', cluster: 'keys', timeout: '1s' } } },
    [
      { send: 'GET /', headers: bearer(tokenOf()), see: allowed },
      { send: 'GET /', headers: bearer(tokenOf({}, 'stranger')), see: denied('Jwt verification fails') },
    ],
  ),
  jwtCase(
    'a key set that cannot be fetched refuses every token',
    { remote_jwks: { http_uri: { uri: 'http://keys.example/none', cluster: 'keys', timeout: '1s' } } },
    [{ send: 'GET /', headers: bearer(tokenOf()), see: { ...denied('Jwks remote fetch is failed') } }],
  ),
];

export const jwtCases: readonly TrafficCase[] = cases.map((one) => ({
  ...one,
  clusters: { a: { endpoints: ['a'] }, keys: { endpoints: ['keys'] } },
}));
