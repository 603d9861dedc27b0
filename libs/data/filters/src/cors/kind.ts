/** How the CORS filter and the policies of routes are made from their messages. */

import { compileTextTest, type HttpFilterKind, runtimeShareOf, unpack } from '@weft/data-runtime';
import type { Random } from '@weft/kernel';
import type { MetricRegistry } from '@weft/telemetry';
import {
  type CorsPolicy,
  CorsPolicySchema,
  CorsSchema,
} from '@weft/xds-messages/envoy/extensions/filters/http/cors/v3/cors';
import { type CorsSettings, createCors } from './cors.ts';

/** The deprecated `cors` of routes and virtual hosts is refused by the route table. */
export function createCorsKind(deps: { readonly random: Random; readonly registry: MetricRegistry }): HttpFilterKind {
  return {
    schema: CorsSchema,
    perRouteSchema: CorsPolicySchema,
    supported: {
      'envoy.extensions.filters.http.cors.v3.Cors': [],
      'envoy.extensions.filters.http.cors.v3.CorsPolicy': [
        'allow_origin_string_match',
        'allow_methods',
        'allow_headers',
        'expose_headers',
        'max_age',
        'allow_credentials',
        'filter_enabled',
        'shadow_enabled',
        'allow_private_network_access',
        'forward_not_matching_preflights',
      ],
      'envoy.config.core.v3.RuntimeFractionalPercent': ['default_value', 'runtime_key'],
      'envoy.type.v3.FractionalPercent': ['numerator', 'denominator'],
    },
    compile(_config, name, context) {
      const counter = (what: string, help: string) =>
        deps.registry
          .counter(`envoy_http_cors_${what}`, help, ['envoy_http_conn_manager_prefix'])
          .slot([context.statPrefix]);
      const valid = counter('origin_valid', 'Requests of an origin that the CORS policy takes.');
      const invalid = counter('origin_invalid', 'Requests of an origin that the CORS policy does not take.');
      return createCors(name, { valid, invalid }, deps.random);
    },
    compilePerRoute: (config, _context, where) => compilePolicy(unpack(config, CorsPolicySchema, where), where),
  };
}

function compilePolicy(policy: CorsPolicy, where: string): CorsSettings {
  const tests = policy.allowOriginStringMatch.map((matcher) => {
    const { matchPattern } = matcher;
    // Envoy's exact "*" takes every origin.
    if (matchPattern.case === 'exact' && matchPattern.value === '*') return () => true;
    return compileTextTest(matcher, `${where}: allow_origin_string_match`);
  });
  return {
    allows: (origin) => tests.some((test) => test(origin)),
    methods: policy.allowMethods,
    headers: policy.allowHeaders,
    expose: policy.exposeHeaders,
    maxAge: policy.maxAge,
    credentials: policy.allowCredentials ?? false,
    privateNetwork: policy.allowPrivateNetworkAccess ?? false,
    forwardNotMatching: policy.forwardNotMatchingPreflights ?? true,
    enabledShare: runtimeShareOf(policy.filterEnabled, 1),
    shadowShare: runtimeShareOf(policy.shadowEnabled, 0),
  };
}
