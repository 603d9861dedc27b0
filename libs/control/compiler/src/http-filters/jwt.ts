/** RequestAuthentications: tokens are verified before any rule looks at their claims. */

import { anyPack } from '@bufbuild/protobuf/wkt';
import { JwtAuthenticationSchema } from '@weft/xds-messages/envoy/extensions/filters/http/jwt_authn/v3/config';
import type { HttpFilter } from '@weft/xds-messages/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager';
import type { Context } from '../context.ts';
import { packedHttpFilter } from '../messages/http-filter.ts';
import { isGuarded, policiesOf } from '../policies/applied.ts';
import { jwtAuthentication, keySourceOf } from '../policies/jwt.ts';
import type { HttpSide } from './http-filters.ts';

export function jwtFilters(context: Context, side: HttpSide): readonly HttpFilter[] {
  if (!isGuarded(side)) return [];
  const { keySets } = context.world.input;
  const made = jwtAuthentication(
    policiesOf(context).jwtRules,
    (rule) => keySets.get(keySourceOf(rule)),
    side === 'gateway',
  );
  if (made === undefined) return [];
  return [packedHttpFilter('envoy.filters.http.jwt_authn', anyPack(JwtAuthenticationSchema, made))];
}
