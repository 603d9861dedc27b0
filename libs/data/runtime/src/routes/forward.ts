/** The action that forwards: targets by weight, timeout, rewrites. */

import type { Random } from '@weft/kernel';
import type { RouteAction, Route as XdsRoute } from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { refuse } from '../check/refuse.ts';
import { milliseconds } from '../duration.ts';
import { routeTimeoutMs } from '../limits.ts';
import { provenanceOf, targetProvenances } from '../metadata.ts';
import type { Cluster, ForwardAction, Ref, RouteTarget } from '../tables.ts';
import { compileMutation } from './header-mutation.ts';
import { compileReplace } from './regex.ts';
import type { PathShape } from './request-test.ts';

/** Gives the place of a cluster by name. */
export type ClusterRef = (name: string) => Ref<Cluster | undefined>;

export function compileForward(
  route: XdsRoute,
  action: RouteAction,
  shape: PathShape,
  clusterRef: ClusterRef,
  where: string,
): ForwardAction {
  const targets = compileTargets(route, action, clusterRef, where);
  checkUpgrades(action, shape, where);
  return {
    kind: 'forward',
    targets,
    pick: createPick(targets),
    timeoutMs: milliseconds(action.timeout, routeTimeoutMs),
    rewritePath: compileRewrite(action, shape, where),
    rewriteAuthority: compileAuthority(action, where),
  };
}

function compileTargets(
  route: XdsRoute,
  action: RouteAction,
  clusterRef: ClusterRef,
  where: string,
): readonly RouteTarget[] {
  const from = provenanceOf(route.metadata);
  const specifier = action.clusterSpecifier;
  if (specifier.case === 'cluster') {
    const [own] = targetProvenances(route.metadata, from, 1);
    return [
      {
        cluster: clusterRef(specifier.value),
        clusterName: specifier.value,
        weight: 1,
        requestHeaders: undefined,
        responseHeaders: undefined,
        from: own ?? from,
      },
    ];
  }
  if (specifier.case !== 'weightedClusters') return refuse(where, 'route has no cluster');
  const { clusters } = specifier.value;
  const places = targetProvenances(route.metadata, from, clusters.length);
  const targets = clusters.map((cluster, index) => ({
    cluster: clusterRef(cluster.name),
    clusterName: cluster.name,
    weight: cluster.weight ?? 0,
    requestHeaders: compileMutation(cluster.requestHeadersToAdd, cluster.requestHeadersToRemove, where),
    responseHeaders: compileMutation(cluster.responseHeadersToAdd, cluster.responseHeadersToRemove, where),
    from: places[index] ?? from,
  }));
  if (targets.reduce((sum, target) => sum + target.weight, 0) <= 0) {
    refuse(where, 'weighted_clusters: the sum of the weights must be over 0');
  }
  return targets;
}

/** One number of `random` a request; none where there is nothing to choose. */
function createPick(targets: readonly RouteTarget[]): (random: Random) => RouteTarget {
  const weighted = targets.filter((target) => target.weight > 0);
  const only = weighted[0] ?? targets[0];
  if (only === undefined) throw new Error('assertion failed: a route has a target');
  if (weighted.length < 2) return () => only;
  const ends = new Float64Array(weighted.length);
  let total = 0;
  weighted.forEach((target, index) => {
    total += target.weight;
    ends[index] = total;
  });
  return (random) => {
    const at = random() * total;
    let index = 0;
    while (index < ends.length - 1 && at >= ends[index]!) index += 1;
    return weighted[index] ?? only;
  };
}

function compileRewrite(action: RouteAction, shape: PathShape, where: string): ((path: string) => string) | undefined {
  if (action.regexRewrite !== undefined) {
    if (action.prefixRewrite !== '') refuse(where, 'route has both prefix_rewrite and regex_rewrite');
    return compileReplace(action.regexRewrite.pattern, action.regexRewrite.substitution, where);
  }
  return action.prefixRewrite === '' ? undefined : prefixRewrite(action.prefixRewrite, shape);
}

/** What was matched gives way to `rewrite`: the prefix, or the whole path of an exact or regex match. */
export function prefixRewrite(rewrite: string, shape: PathShape): (path: string) => string {
  const { prefixLength } = shape;
  return prefixLength === undefined ? () => rewrite : (path) => rewrite + path.slice(prefixLength);
}

function compileAuthority(action: RouteAction, where: string): string | undefined {
  const specifier = action.hostRewriteSpecifier;
  if (specifier.case === undefined) return undefined;
  if (specifier.case !== 'hostRewriteLiteral') return refuse(where, `${specifier.case} is not supported`);
  return specifier.value;
}

function checkUpgrades(action: RouteAction, shape: PathShape, where: string): void {
  let tunnel = false;
  for (const upgrade of action.upgradeConfigs) {
    const type = upgrade.upgradeType.toLowerCase();
    if (type === 'connect' && upgrade.connectConfig !== undefined && upgrade.enabled !== false) tunnel = true;
    else if (type !== 'websocket') refuse(where, `upgrade_configs: ${upgrade.upgradeType} is not supported here`);
    else if (upgrade.enabled === false) refuse(where, 'upgrade_configs: websocket cannot be turned off for a route');
  }
  if (shape.connect && !tunnel) refuse(where, 'connect_matcher needs upgrade_configs CONNECT with a connect_config');
  if (!shape.connect && tunnel) refuse(where, 'upgrade_configs CONNECT needs a connect_matcher');
}
