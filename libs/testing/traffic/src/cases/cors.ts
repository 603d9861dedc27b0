/** CORS: preflights that are answered here, and the fields of real requests. */

import type { JsonObject } from '@bufbuild/protobuf';
import type { TrafficCase } from '../traffic-case.ts';
import { filter, perFilter } from './parts.ts';

const filters = [filter('envoy.filters.http.cors', 'extensions.filters.http.cors.v3.Cors')];

function routes(policy: JsonObject): readonly JsonObject[] {
  return [
    {
      match: { prefix: '/' },
      route: { cluster: 'a', timeout: '0s' },
      ...perFilter('envoy.filters.http.cors', 'extensions.filters.http.cors.v3.CorsPolicy', policy),
    },
  ];
}

const good = { allow_origin_string_match: [{ exact: 'https://good.example' }] };
const preflight = (origin: string, ...more: string[]) => ({
  send: 'OPTIONS /x',
  headers: [`origin: ${origin}`, 'access-control-request-method: PUT', ...more],
});

export const corsCases: readonly TrafficCase[] = [
  {
    name: 'a preflight of an allowed origin is answered with the policy',
    filters,
    routes: routes({
      ...good,
      allow_methods: 'GET,PUT',
      allow_headers: 'x-one,x-two',
      expose_headers: 'x-seen',
      max_age: '600',
      allow_credentials: true,
    }),
    requests: [
      {
        ...preflight('https://good.example'),
        see: {
          status: 200,
          attempts: 0,
          body: '',
          flag: '-',
          headers: {
            'access-control-allow-origin': 'https://good.example',
            'access-control-allow-methods': 'GET,PUT',
            'access-control-allow-headers': 'x-one,x-two',
            'access-control-max-age': '600',
            'access-control-allow-credentials': 'true',
            'access-control-expose-headers': 'x-seen',
          },
        },
      },
      {
        send: 'GET /',
        headers: ['origin: https://good.example'],
        see: {
          status: 200,
          endpoint: 'a',
          headers: {
            'access-control-allow-origin': 'https://good.example',
            'access-control-allow-credentials': 'true',
            'access-control-expose-headers': 'x-seen',
            'access-control-allow-methods': undefined,
          },
        },
      },
    ],
  },
  {
    name: 'any method and any header are answered with those that are asked for',
    filters,
    routes: routes({ ...good, allow_methods: '*', allow_headers: '*', expose_headers: '*' }),
    requests: [
      {
        ...preflight('https://good.example', 'access-control-request-headers: x-one, x-two'),
        see: {
          status: 200,
          attempts: 0,
          headers: {
            'access-control-allow-methods': 'PUT',
            'access-control-allow-headers': 'x-one, x-two',
            'access-control-expose-headers': '*',
          },
        },
      },
      {
        ...preflight('https://good.example'),
        see: {
          status: 200,
          headers: { 'access-control-allow-methods': 'PUT', 'access-control-allow-headers': '' },
        },
      },
    ],
  },
  {
    name: 'a preflight of another origin goes to the endpoint without CORS fields',
    filters,
    routes: routes({ ...good, allow_methods: 'PUT' }),
    requests: [
      {
        ...preflight('https://bad.example'),
        see: { status: 200, attempts: 1, headers: { 'access-control-allow-origin': undefined } },
      },
      {
        send: 'GET /',
        headers: ['origin: https://bad.example'],
        see: { status: 200, headers: { 'access-control-allow-origin': undefined } },
      },
    ],
  },
  {
    name: 'forward_not_matching_preflights false answers a preflight of another origin here',
    filters,
    routes: routes({ ...good, forward_not_matching_preflights: false }),
    requests: [
      {
        ...preflight('https://bad.example'),
        see: { status: 200, attempts: 0, headers: { 'access-control-allow-origin': undefined } },
      },
      {
        ...preflight('https://good.example'),
        see: { status: 200, attempts: 0, headers: { 'access-control-allow-origin': 'https://good.example' } },
      },
    ],
  },
  {
    name: 'OPTIONS without access-control-request-method is a request as any other',
    filters,
    routes: routes(good),
    requests: [
      {
        send: 'OPTIONS /',
        headers: ['origin: https://good.example'],
        see: { status: 200, attempts: 1, headers: { 'access-control-allow-origin': 'https://good.example' } },
      },
    ],
  },
  {
    name: 'a request without an origin gets no CORS fields',
    filters,
    routes: routes(good),
    requests: [{ send: 'GET /', see: { status: 200, headers: { 'access-control-allow-origin': undefined } } }],
  },
  {
    name: 'origins match by prefix, suffix and regex, and the origin itself is said back',
    filters,
    routes: routes({
      allow_origin_string_match: [
        { prefix: 'http://pre' },
        { suffix: '.suf.example' },
        { safe_regex: { regex: 'https://r[0-9]+\\.example' } },
      ],
    }),
    requests: [
      {
        send: 'GET /',
        headers: ['origin: http://prefixed.example'],
        see: { headers: { 'access-control-allow-origin': 'http://prefixed.example' } },
      },
      {
        send: 'GET /',
        headers: ['origin: https://x.suf.example'],
        see: { headers: { 'access-control-allow-origin': 'https://x.suf.example' } },
      },
      {
        send: 'GET /',
        headers: ['origin: https://r12.example'],
        see: { headers: { 'access-control-allow-origin': 'https://r12.example' } },
      },
      {
        send: 'GET /',
        headers: ['origin: https://r12.example.evil'],
        see: { headers: { 'access-control-allow-origin': undefined } },
      },
    ],
  },
  {
    name: 'an exact * allows every origin and says the origin back',
    filters,
    routes: routes({ allow_origin_string_match: [{ exact: '*' }] }),
    requests: [
      {
        send: 'GET /',
        headers: ['origin: https://any.example'],
        see: { headers: { 'access-control-allow-origin': 'https://any.example' } },
      },
      {
        ...preflight('https://any.example'),
        see: { status: 200, attempts: 0, headers: { 'access-control-allow-origin': 'https://any.example' } },
      },
    ],
  },
  {
    name: 'the policy replaces CORS fields of the endpoint',
    filters,
    routes: routes(good),
    requests: [
      {
        send: 'GET /',
        headers: ['origin: https://good.example', 'x-do: header=access-control-allow-origin:*'],
        see: { headers: { 'access-control-allow-origin': 'https://good.example' } },
      },
      {
        send: 'GET /',
        headers: ['origin: https://bad.example', 'x-do: header=access-control-allow-origin:*'],
        see: { headers: { 'access-control-allow-origin': '*' } },
      },
    ],
  },
  {
    name: 'filter_enabled at zero percent leaves everything alone, shadow_enabled only looks',
    filters,
    routes: routes({
      ...good,
      filter_enabled: { default_value: { numerator: 0 } },
      shadow_enabled: { default_value: { numerator: 100 } },
    }),
    requests: [
      {
        ...preflight('https://good.example'),
        see: { status: 200, attempts: 1, headers: { 'access-control-allow-origin': undefined } },
      },
      {
        send: 'GET /',
        headers: ['origin: https://good.example'],
        see: { headers: { 'access-control-allow-origin': undefined } },
      },
    ],
  },
  {
    name: 'access to a private network is allowed where the policy says so',
    filters,
    routes: routes({ ...good, allow_private_network_access: true }),
    requests: [
      {
        ...preflight('https://good.example', 'access-control-request-private-network: true'),
        see: { status: 200, attempts: 0, headers: { 'access-control-allow-private-network': 'true' } },
      },
      { ...preflight('https://good.example'), see: { headers: { 'access-control-allow-private-network': undefined } } },
    ],
  },
  {
    name: 'a policy of the virtual host holds for its routes',
    filters,
    routeConfig: {
      virtual_hosts: [
        {
          name: 'v',
          domains: ['*'],
          routes: [{ match: { prefix: '/' }, route: { cluster: 'a', timeout: '0s' } }],
          ...perFilter('envoy.filters.http.cors', 'extensions.filters.http.cors.v3.CorsPolicy', good),
        },
      ],
    },
    requests: [
      {
        send: 'GET /',
        headers: ['origin: https://good.example'],
        see: { headers: { 'access-control-allow-origin': 'https://good.example' } },
      },
    ],
  },
];
