/** How the JWT filter is made from its message. */

import {
  compileMatch,
  type FilterContext,
  type HttpFilterKind,
  type RequestTest,
  refuse,
  unpack,
} from '@weft/data-runtime';
import type { MetricRegistry } from '@weft/telemetry';
import {
  type JwtAuthentication,
  JwtAuthenticationSchema,
  PerRouteConfigSchema,
  type RequirementRule,
} from '@weft/xds-messages/envoy/extensions/filters/http/jwt_authn/v3/config';
import { createRemoteStores, type JwksStoreDeps, type RemoteStores } from './jwks-store.ts';
import { createJwtAuthn, type JwtPerRoute, type JwtSettings } from './jwt-authn.ts';
import { compileProviders } from './provider.ts';
import { compileRequirement, type Requirement } from './requirement.ts';
import { jwtFields } from './supported.ts';

export type JwtAuthnDeps = JwksStoreDeps & { readonly registry: MetricRegistry };

/** filter_state_rules, keys from files or the environment are refused by name. */
export function createJwtAuthnKind(deps: JwtAuthnDeps): HttpFilterKind {
  const remoteStores = createRemoteStores(deps);
  return {
    schema: JwtAuthenticationSchema,
    perRouteSchema: PerRouteConfigSchema,
    supported: jwtFields,
    compile(config, name, context, where) {
      const message = unpack(config, JwtAuthenticationSchema, where);
      return createJwtAuthn(name, compileSettings(message, context, deps, remoteStores, where), deps.clock);
    },
    compilePerRoute(config, _context, where) {
      const { requirementSpecifier } = unpack(config, PerRouteConfigSchema, where);
      if (requirementSpecifier.case === 'requirementName') {
        return { requirement: requirementSpecifier.value } satisfies JwtPerRoute;
      }
      if (requirementSpecifier.case === 'disabled' && requirementSpecifier.value) {
        return { disabled: true } satisfies JwtPerRoute;
      }
      return refuse(where, 'a per-route JWT configuration needs disabled: true or requirement_name');
    },
  };
}

function compileSettings(
  message: JwtAuthentication,
  context: FilterContext,
  deps: JwtAuthnDeps,
  remoteStores: RemoteStores,
  where: string,
): JwtSettings {
  const { registry, random } = deps;
  const counter = (what: string, help: string) =>
    registry
      .counter(`envoy_http_jwt_authn_${what}`, help, ['envoy_http_conn_manager_prefix'])
      .slot([context.statPrefix]);
  const counters = {
    success: counter('jwks_fetch_success', 'Key sets fetched.'),
    failed: counter('jwks_fetch_failed', 'Key sets that could not be fetched.'),
    hit: counter('jwt_cache_hit', 'Tokens that were verified before.'),
    miss: counter('jwt_cache_miss', 'Tokens that were verified.'),
  };
  const providers = compileProviders(message.providers, context, remoteStores, counters, where);
  const named = new Map<string, Requirement>();
  for (const [name, requirement] of Object.entries(message.requirementMap).sort(([a], [b]) => (a < b ? -1 : 1))) {
    named.set(name, compileRequirement(requirement, providers, `${where}: requirement ${name}`));
  }
  const requirementOf = (rule: RequirementRule, at: string): Requirement | undefined => {
    const type = rule.requirementType;
    if (type.case === 'requires') {
      // An empty requirement asks for nothing.
      return type.value.requiresType.case === undefined ? undefined : compileRequirement(type.value, providers, at);
    }
    if (type.case === undefined) return undefined;
    return named.get(type.value) ?? refuse(at, `requirement_name ${type.value} is not known`);
  };
  const rules = message.rules.map((rule, index) => {
    const at = `${where}: rules[${index}]`;
    const { path, test } = compileMatch(rule.match, at);
    const matches: RequestTest = (request) =>
      (path.test === undefined || path.test(request.path)) && (test === undefined || test(request, undefined, random));
    return { matches, requirement: requirementOf(rule, at) };
  });
  return {
    rules,
    named,
    bypassPreflight: message.bypassCorsPreflight,
    stripFailure: message.stripFailureResponse,
    clearRouteCache: providers.clearRouteCache,
    allowed: counter('allowed', 'Requests that JWT authentication let pass.'),
    denied: counter('denied', 'Requests that JWT authentication refused.'),
    bypassed: counter('cors_preflight_bypassed', 'CORS preflights that were not authenticated.'),
  };
}
