/** Redirects of endpoints that the proxy follows itself. */

import type { TypedExtensionConfig } from '@weft/xds-messages/envoy/config/core/v3/extension';
import type { InternalRedirectPolicy } from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { SafeCrossSchemeConfigSchema } from '@weft/xds-messages/envoy/extensions/internal_redirect/safe_cross_scheme/v3/safe_cross_scheme_config';
import { refuse, unpack } from '../check/refuse.ts';
import type { InternalRedirect } from '../tables/route.ts';

const followed: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** @throws WeftError `config_rejected` */
export function compileInternalRedirect(
  policy: InternalRedirectPolicy | undefined,
  where: string,
): InternalRedirect | undefined {
  if (policy === undefined) return undefined;
  for (const code of policy.redirectResponseCodes) {
    if (!followed.has(code)) refuse(where, `internal_redirect_policy: ${code} is no redirect that can be followed`);
  }
  return {
    redirectsMax: policy.maxInternalRedirects ?? 1,
    statusCodes: policy.redirectResponseCodes.length === 0 ? [302] : policy.redirectResponseCodes,
    allowCrossScheme: policy.allowCrossSchemeRedirect,
    safeCrossScheme: isSafe(policy.predicates, `${where}: internal_redirect_policy`),
    fieldsToCopy: policy.responseHeadersToCopy.map((name) => copied(name, where)),
  };
}

/** The one predicate that is known. */
function isSafe(predicates: readonly TypedExtensionConfig[], where: string): boolean {
  for (const { name, typedConfig } of predicates)
    unpack(typedConfig, SafeCrossSchemeConfigSchema, `${where}: predicate ${name}`);
  return predicates.length > 0;
}

function copied(name: string, where: string): string {
  const lower = name.toLowerCase();
  if (lower === '' || lower === 'host' || lower.startsWith(':'))
    refuse(where, `internal_redirect_policy: response_headers_to_copy: ${JSON.stringify(name)} cannot be copied`);
  return lower;
}
