/** SMI's and Linkerd's policies of a port, after Istio's: a request needs the leave of all, and only then is counted. */

import { create } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { RBACSchema } from '@weft/xds-messages/envoy/extensions/filters/http/rbac/v3/rbac';
import type { HttpFilter } from '@weft/xds-messages/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager';
import type { Context } from '../context.ts';
import type { PortGuard } from '../linkerd/guard.ts';
import { linkerdRbacName } from '../linkerd/inbound-hosts.ts';
import { rateLimits } from '../linkerd/rate-limit.ts';
import { type JudgementFields, judgementFields } from '../linkerd/rules.ts';
import { packedHttpFilter } from '../messages/http-filter.ts';
import { trustDomainsOf } from '../policies/applied.ts';

/** Where routes are attached, the rules stand there: a request without a route is to be answered 404, not 403. */
export function linkerdFilters(context: Context, guard: PortGuard | undefined): readonly HttpFilter[] {
  if (guard === undefined) return [];
  const { judgement, targets, routes, rateLimit } = guard;
  const routed = routes.length > 0;
  const limits = rateLimit === undefined ? [] : rateLimits(rateLimit, trustDomainsOf(context), routed).filters;
  return [
    ...(targets === undefined ? [] : [rbacFilter('weft.smi.authorization', judgementFields(targets, 'http'))]),
    ...(judgement === undefined ? [] : [rbacFilter(linkerdRbacName, routed ? {} : judgementFields(judgement, 'http'))]),
    ...limits,
  ];
}

function rbacFilter(name: string, fields: JudgementFields): HttpFilter {
  return packedHttpFilter(name, anyPack(RBACSchema, create(RBACSchema, fields)));
}
