/** Where a route sends requests: one cluster, weighted ones, or the one that a header names. */

import type { Provenance, Random } from '@weft/kernel';
import type {
  WeightedCluster_ClusterWeight as ClusterWeight,
  RouteAction,
  WeightedCluster,
  Route as XdsRoute,
} from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { refuse } from '../check/refuse.ts';
import { headerReader } from '../matchers/header-matcher.ts';
import { provenanceOf, targetProvenances } from '../metadata.ts';
import type { RouteRequest, RouteTarget } from '../tables/route.ts';
import { compileFilterConfigs, type FilterConfigs } from './filter-configs.ts';
import { compileMutation } from './header-mutation.ts';
import type { RouteContext } from './route-context.ts';
import { compileSubset, type Subset } from './subset.ts';

/** Targets of one route that are kept for names that requests gave. */
export const namedTargetsMax = 256;
/** Envoy's bound on the sum of weights. */
const weightsMax = 4_294_967_295;

export interface Targets {
  readonly targets: readonly RouteTarget[];
  pick(random: Random, request: RouteRequest): RouteTarget | undefined;
}

/** @param subset the route's own. @param above the filter configurations of the route. @throws WeftError `config_rejected` */
export function compileTargets(
  route: XdsRoute,
  action: RouteAction,
  subset: Subset | undefined,
  above: FilterConfigs | undefined,
  context: RouteContext,
  where: string,
): Targets {
  const from = provenanceOf(route.metadata);
  const specifier = action.clusterSpecifier;
  switch (specifier.case) {
    case 'cluster': {
      const [own] = targetProvenances(route.metadata, from, 1);
      const target = plainTarget(specifier.value, own ?? from, context);
      return { targets: [target], pick: () => target };
    }
    case 'clusterHeader':
      return { targets: [], pick: byHeader(specifier.value, from, context, where) };
    case 'weightedClusters': {
      const places = targetProvenances(route.metadata, from, specifier.value.clusters.length);
      const targets = specifier.value.clusters.map((cluster, index) =>
        weightedTarget(cluster, subset, above, places[index] ?? from, context, where),
      );
      return { targets, pick: createPick(specifier.value, targets, where) };
    }
    case undefined:
      return refuse(where, 'route has no cluster');
    default:
      return refuse(where, `${specifier.case} is not supported`);
  }
}

/** A target that is a cluster and nothing more. */
export function plainTarget(name: string, from: Provenance, context: RouteContext): RouteTarget {
  return {
    cluster: context.clusterRef(name),
    clusterName: name,
    weight: 1,
    requestHeaders: undefined,
    responseHeaders: undefined,
    rewriteAuthority: undefined,
    filterConfigs: undefined,
    subset: undefined,
    from,
  };
}

/**
 * The target that a request header names; nothing: the header is missing or empty. A name takes no room in the tables: targets of
 * clusters that exist are kept, up to `namedTargetsMax`.
 */
export function byHeader(
  header: string,
  from: Provenance,
  context: RouteContext,
  where: string,
): (_random: Random | undefined, request: RouteRequest) => RouteTarget | undefined {
  const read = headerReader(header, `${where}: cluster_header`);
  const kept = new Map<string, RouteTarget>();
  return (_random, request) => {
    const name = read(request);
    if (name === undefined || name === '') return undefined;
    const known = kept.get(name);
    if (known !== undefined) return known;
    const target = {
      ...plainTarget('', from, { ...context, clusterRef: () => ({ current: undefined }) }),
      clusterName: name,
      cluster: {
        get current() {
          return context.clusterNamed(name);
        },
      },
    };
    if (target.cluster.current === undefined) return target;
    if (kept.size >= namedTargetsMax) kept.clear();
    kept.set(name, target);
    return target;
  };
}

function weightedTarget(
  cluster: ClusterWeight,
  subset: Subset | undefined,
  above: FilterConfigs | undefined,
  from: Provenance,
  context: RouteContext,
  where: string,
): RouteTarget {
  if (cluster.clusterHeader !== '') refuse(where, 'weighted_clusters: field cluster_header is not supported');
  if (cluster.name === '') refuse(where, 'weighted_clusters: a cluster has no name');
  const at = `${where} cluster ${cluster.name}`;
  const own = compileFilterConfigs(cluster.typedPerFilterConfig, above, context, at);
  const rewrite = cluster.hostRewriteSpecifier;
  return {
    cluster: context.clusterRef(cluster.name),
    clusterName: cluster.name,
    weight: cluster.weight ?? 0,
    requestHeaders: compileMutation(cluster.requestHeadersToAdd, cluster.requestHeadersToRemove, at),
    responseHeaders: compileMutation(cluster.responseHeadersToAdd, cluster.responseHeadersToRemove, at),
    rewriteAuthority: rewrite.case === 'hostRewriteLiteral' && rewrite.value !== '' ? rewrite.value : undefined,
    filterConfigs: own === above ? undefined : own,
    subset: cluster.metadataMatch === undefined ? undefined : compileSubset(cluster.metadataMatch, subset, at),
    from,
  };
}

/** One number of `random` a request; none where there is nothing to choose. total_weight says nothing in Envoy any more. */
function createPick(config: WeightedCluster, targets: readonly RouteTarget[], where: string): Targets['pick'] {
  const weighted = targets.filter((target) => target.weight > 0);
  const [only] = weighted;
  const ends = new Float64Array(weighted.length);
  let total = 0;
  weighted.forEach((target, index) => {
    total += target.weight;
    ends[index] = total;
  });
  if (only === undefined) return refuse(where, 'weighted_clusters: the sum of the weights must be over 0');
  if (total > weightsMax) refuse(where, `weighted_clusters: the sum of the weights is over ${weightsMax}`);
  const specifier = config.randomValueSpecifier;
  const chosenBy = specifier.case === 'headerName' ? headerReader(specifier.value, `${where}: header_name`) : undefined;
  if (weighted.length === 1) return () => only;
  return (random, request) => {
    const at = (chosenBy === undefined ? undefined : remainder(chosenBy(request), total)) ?? random() * total;
    let index = 0;
    while (index < ends.length - 1 && at >= ends[index]!) index += 1;
    return weighted[index];
  };
}

/** Of a whole number of up to 64 bits; nothing: the text is none. */
function remainder(text: string | undefined, total: number): number | undefined {
  if (text === undefined || !/^\d{1,20}$/.test(text)) return undefined;
  if (text.length < 16) return Number(text) % total;
  const value = BigInt(text);
  return value >= 1n << 64n ? undefined : Number(value % BigInt(total));
}
