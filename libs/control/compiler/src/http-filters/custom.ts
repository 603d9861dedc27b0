/** CUSTOM policies: shadow rules that decide which requests an external authorizer is asked about, and the authorizer. */

import { create } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { ExtAuthzSchema } from '@weft/xds-messages/envoy/extensions/filters/http/ext_authz/v3/ext_authz';
import { RBACSchema } from '@weft/xds-messages/envoy/extensions/filters/http/rbac/v3/rbac';
import type { HttpFilter } from '@weft/xds-messages/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager';
import type { Context } from '../context.ts';
import { packedHttpFilter } from '../messages/http-filter.ts';
import { customOf, isGuarded } from '../policies/applied.ts';
import { customShadowPrefix } from '../policies/ext-authz.ts';
import type { HttpSide } from './http-filters.ts';

export function customFilters(context: Context, side: HttpSide): readonly HttpFilter[] {
  const custom = isGuarded(side) ? customOf(context, 'http') : undefined;
  if (custom === undefined) return [];
  const { rules, authorizer } = custom;
  const rbac = create(
    RBACSchema,
    authorizer === undefined ? { rules } : { shadowRules: rules, shadowRulesStatPrefix: customShadowPrefix },
  );
  const asked = packedHttpFilter('envoy.filters.http.rbac', anyPack(RBACSchema, rbac));
  if (authorizer === undefined) return [asked];
  return [asked, packedHttpFilter('envoy.filters.http.ext_authz', anyPack(ExtAuthzSchema, authorizer))];
}
