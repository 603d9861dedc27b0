/** A rule's CORS policy, as the configuration of the CORS filter for one route. */

import { create } from '@bufbuild/protobuf';
import { type Any, anyPack } from '@bufbuild/protobuf/wkt';
import type { CorsPolicy } from '@weft/model';
import { CorsPolicySchema } from '@weft/xds-messages/envoy/extensions/filters/http/cors/v3/cors';
import { StringMatcherSchema } from '@weft/xds-messages/envoy/type/matcher/v3/string';
import { runtimePercent } from './percent.ts';
import { stringMatcher } from './string-match.ts';

/** Name of the filter, which a route's configuration is found by. */
export const corsFilterName = 'envoy.filters.http.cors';

/** Preflights of other origins go on to the application unless they are to be ignored. */
export function corsConfig(policy: CorsPolicy): Any {
  const message = create(CorsPolicySchema, {
    allowOriginStringMatch: (policy.allowOrigins ?? []).map((origin) =>
      create(StringMatcherSchema, stringMatcher(origin)),
    ),
    allowMethods: (policy.allowMethods ?? []).join(','),
    allowHeaders: (policy.allowHeaders ?? []).join(','),
    exposeHeaders: (policy.exposeHeaders ?? []).join(','),
    ...(policy.maxAgeMs === undefined ? {} : { maxAge: String(Math.trunc(policy.maxAgeMs / 1000)) }),
    ...(policy.allowCredentials === undefined ? {} : { allowCredentials: policy.allowCredentials }),
    filterEnabled: runtimePercent(undefined),
    forwardNotMatchingPreflights: policy.unmatchedPreflights !== 'IGNORE',
  });
  return anyPack(CorsPolicySchema, message);
}
