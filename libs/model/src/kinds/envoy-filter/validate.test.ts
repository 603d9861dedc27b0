import { type Case, describeVerdicts } from '../../testing/verdict.ts';

const cases: Case[] = [
  [
    'is refused without patches',
    '{}',
    'kind: EnvoyFilter patches raw Envoy configuration, which Weft does not take from users; use VirtualService, DestinationRule or Telemetry',
  ],
  [
    'names the alternative to Lua',
    'configPatches: [{ applyTo: HTTP_FILTER, match: { context: SIDECAR_INBOUND }, patch: { operation: INSERT_BEFORE, value: { name: envoy.filters.http.lua, typed_config: { inlineCode: x } } } }]',
    'spec.configPatches[0]: EnvoyFilter patches raw Envoy configuration, which Weft does not take from users; there is no Lua here: change headers and routes with a VirtualService, decide with an external authorizer (AuthorizationPolicy, action CUSTOM)',
  ],
  [
    'names the alternative to local rate limits',
    'configPatches: [{ applyTo: HTTP_FILTER, patch: { operation: INSERT_BEFORE, value: { name: envoy.filters.http.local_ratelimit } } }]',
    'spec.configPatches[0]: EnvoyFilter patches raw Envoy configuration, which Weft does not take from users; for local rate limits use HTTPLocalRateLimitPolicy (policy.linkerd.io)',
  ],
  [
    'names the alternative to patched clusters',
    'configPatches: [{ applyTo: CLUSTER, patch: { operation: MERGE, value: { lb_policy: RANDOM } } }]',
    'spec.configPatches[0]: EnvoyFilter patches raw Envoy configuration, which Weft does not take from users; for clusters use trafficPolicy of a DestinationRule',
  ],
  [
    'names the alternative to patched routes',
    'configPatches: [{ applyTo: HTTP_ROUTE, patch: { operation: MERGE, value: {} } }, { applyTo: LISTENER, patch: { operation: REMOVE } }]',
    'spec.configPatches[0]: EnvoyFilter patches raw Envoy configuration, which Weft does not take from users; for routes use a VirtualService',
    'spec.configPatches[1]: EnvoyFilter patches raw Envoy configuration, which Weft does not take from users; for listeners use a Gateway or a Sidecar',
  ],
  [
    'refuses a place nobody knows',
    'configPatches: [{ applyTo: HTTP_FILTERS, patch: {} }]',
    'spec.configPatches[0].applyTo: "HTTP_FILTERS" is not one of INVALID, LISTENER, FILTER_CHAIN, NETWORK_FILTER, HTTP_FILTER, ROUTE_CONFIGURATION, VIRTUAL_HOST, HTTP_ROUTE, CLUSTER, EXTENSION_CONFIG, BOOTSTRAP, LISTENER_FILTER',
  ],
  [
    'refuses a field nobody knows',
    'configPatch: []',
    'kind: EnvoyFilter patches raw Envoy configuration, which Weft does not take from users; use VirtualService, DestinationRule or Telemetry',
    'spec.configPatch: unknown field "configPatch"; did you mean "configPatches"?',
  ],
];

describeVerdicts('EnvoyFilter', cases);
