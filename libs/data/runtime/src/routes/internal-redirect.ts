/** Redirects of endpoints that the proxy follows itself. */

import type { InternalRedirectPolicy } from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { refuse } from '../check/refuse.ts';
import type { InternalRedirect } from '../tables.ts';

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
  };
}
