/** Copies of requests for other clusters. */

import type { Provenance } from '@weft/kernel';
import type { RouteAction_RequestMirrorPolicy as XdsMirror } from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { refuse } from '../check/refuse.ts';
import { runtimeShareOf } from '../matchers/fraction.ts';
import type { MirrorPolicy } from '../tables/route.ts';
import type { RouteContext } from './route-context.ts';
import { byHeader, plainTarget } from './targets.ts';

/** @throws WeftError `config_rejected` */
export function compileMirrors(
  policies: readonly XdsMirror[],
  from: Provenance,
  context: RouteContext,
  where: string,
): readonly MirrorPolicy[] {
  return policies.map((policy) => compileMirror(policy, from, context, `${where}: request_mirror_policies`));
}

function compileMirror(policy: XdsMirror, from: Provenance, context: RouteContext, where: string): MirrorPolicy {
  const { cluster, clusterHeader } = policy;
  if ((cluster === '') === (clusterHeader === '')) refuse(where, 'one of cluster and cluster_header must be set');
  const rest = {
    share: runtimeShareOf(policy.runtimeFraction, 1),
    keepHost: policy.disableShadowHostSuffixAppend,
    traceSampled: policy.traceSampled,
  };
  if (cluster === '') {
    const pick = byHeader(clusterHeader, from, context, where);
    return { target: (request) => pick(undefined, request), ...rest };
  }
  const target = plainTarget(cluster, from, context);
  return { target: () => target, ...rest };
}
