/** A prefix of whole segments that is replaced by "/": what is left keeps one slash and not two. */

import { create } from '@bufbuild/protobuf';
import {
  type RouteAction,
  RouteActionSchema,
  type RouteMatch,
} from '@weft/xds-messages/envoy/config/route/v3/route_components';

/** Changes `forward` where it replaces the prefix of `match` by "/" alone. */
export function removePrefix(forward: RouteAction, { pathSpecifier }: RouteMatch): void {
  if (forward.prefixRewrite !== '/' || pathSpecifier.case !== 'pathSeparatedPrefix') return;
  const quoted = pathSpecifier.value.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&');
  const { regexRewrite } = create(RouteActionSchema, {
    regexRewrite: { pattern: { regex: `^${quoted}(/?)(.*)` }, substitution: '/\\2' },
  });
  if (regexRewrite === undefined) return;
  forward.prefixRewrite = '';
  forward.regexRewrite = regexRewrite;
}
