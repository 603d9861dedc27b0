/** AUDIT, DENY and ALLOW, one filter each, in this order. */

import { create } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { RBACSchema } from '@weft/xds-messages/envoy/extensions/filters/http/rbac/v3/rbac';
import type { HttpFilter } from '@weft/xds-messages/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager';
import type { Context } from '../context.ts';
import { packedHttpFilter } from '../messages/http-filter.ts';
import { isGuarded, rulesOf } from '../policies/applied.ts';
import type { HttpSide } from './http-filters.ts';

export function authorizationFilters(context: Context, side: HttpSide): readonly HttpFilter[] {
  if (!isGuarded(side)) return [];
  return rulesOf(context, 'http').map(({ enforced, shadow, shadowPrefix }) => {
    const rbac = create(RBACSchema, {
      ...(enforced === undefined ? {} : { rules: enforced }),
      ...(shadow === undefined ? {} : { shadowRules: shadow, shadowRulesStatPrefix: shadowPrefix }),
    });
    return packedHttpFilter('envoy.filters.http.rbac', anyPack(RBACSchema, rbac));
  });
}
