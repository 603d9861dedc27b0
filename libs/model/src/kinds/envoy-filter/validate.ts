/** Refuses every EnvoyFilter, patch by patch, with what says the same in Istio's own words. */

import type { ValidationContext } from '../definition.ts';
import type { EnvoyFilterPatch, EnvoyFilterSpec } from './spec.ts';

const refusal = 'EnvoyFilter patches raw Envoy configuration, which Weft does not take from users';

export function validateEnvoyFilter({ configPatches }: EnvoyFilterSpec, { report }: ValidationContext): void {
  if (configPatches.length === 0) report('kind', `${refusal}; use VirtualService, DestinationRule or Telemetry`);
  configPatches.forEach((patch, index) => {
    report(`spec.configPatches[${index}]`, `${refusal}; ${alternative(patch)}`);
  });
}

/** Recognised by the filter's name or type inside of the patch; the first that fits. */
const byContent: readonly (readonly [RegExp, string])[] = [
  [/local_?ratelimit|LocalRateLimit/i, 'for local rate limits use HTTPLocalRateLimitPolicy (policy.linkerd.io)'],
  [/ratelimit/i, "for global rate limits see Weft's rate limit service in the guides"],
  [/ext_authz/i, 'for an external authorizer use AuthorizationPolicy with action CUSTOM and a provider of MeshConfig'],
  [/jwt_authn/i, 'for JWTs use RequestAuthentication'],
  [/\brbac\b/i, 'for access rules use AuthorizationPolicy'],
  [/header_mutation/i, 'to change headers use http[].headers of a VirtualService'],
  [/\bcors\b/i, 'for CORS use http[].corsPolicy of a VirtualService'],
  [/\bfault\b/i, 'for faults use http[].fault of a VirtualService'],
  [
    /\blua\b|inline_?code/i,
    'there is no Lua here: change headers and routes with a VirtualService, decide with an external authorizer (AuthorizationPolicy, action CUSTOM)',
  ],
  [
    /\bwasm\b/i,
    'there is no WebAssembly here: decide with an external authorizer (AuthorizationPolicy, action CUSTOM)',
  ],
  [/access_?log/i, 'for access logs use Telemetry, accessLogging'],
  [/idle_?timeout/i, 'for idle connections use connectionPool.http.idleTimeout of a DestinationRule'],
  [/stats/i, 'for metrics use Telemetry, metrics'],
];

const byTarget: Readonly<Record<string, string>> = {
  CLUSTER: 'for clusters use trafficPolicy of a DestinationRule',
  HTTP_ROUTE: 'for routes use a VirtualService',
  VIRTUAL_HOST: 'for routes use a VirtualService',
  ROUTE_CONFIGURATION: 'for routes use a VirtualService',
  LISTENER: 'for listeners use a Gateway or a Sidecar',
  FILTER_CHAIN: 'for listeners use a Gateway or a Sidecar',
  BOOTSTRAP: 'for settings of a proxy use ProxyConfig',
};

function alternative({ applyTo, patch }: EnvoyFilterPatch): string {
  const content = JSON.stringify(patch?.value ?? '');
  const found = byContent.find(([pattern]) => pattern.test(content));
  if (found !== undefined) return found[1];
  const target = applyTo !== undefined && Object.hasOwn(byTarget, applyTo) ? byTarget[applyTo] : undefined;
  return target ?? 'use VirtualService, DestinationRule, AuthorizationPolicy or Telemetry';
}
