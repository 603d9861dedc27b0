/** Which DestinationRules hold for a host as one client sees it, and what they say together. */

import { groupBy, type Provenance } from '@weft/kernel';
import { hasLabels, type MeshConfig, type Resource, type Subset, type TrafficPolicy } from '@weft/model';
import { hostCovers, type IndexedDestinationRule, type ModelIndex } from './model-index.ts';
import { provenanceOf } from './provenance.ts';
import { isExportedTo } from './scope/visibility.ts';

export interface DestinationPolicy {
  /** Oldest first; empty where no rule holds. For the cache. */
  readonly resources: readonly Resource<'DestinationRule'>[];
  readonly trafficPolicy: TrafficPolicy | undefined;
  readonly subsets: ReadonlyMap<string, SubsetPolicy>;
}

export interface SubsetPolicy {
  readonly subset: Subset;
  /** The subset's own blocks over those of the rule; `effectivePolicy` knows of ports too. */
  readonly trafficPolicy: TrafficPolicy;
  readonly from: Provenance;
}

export interface PolicyClient {
  readonly namespace: string;
  /** For rules with a workloadSelector, which hold for clients of their own namespace alone. */
  readonly labels: Readonly<Record<string, string>>;
}

const none: DestinationPolicy = { resources: [], trafficPolicy: undefined, subsets: new Map() };

/**
 * Looks in the client's namespace, then the service's, then the root's; the first that has a rule for the host wins entirely. Inside a
 * namespace the most specific host wins; rules of equal host, exports and selector are merged: subsets by name (the oldest first),
 * the traffic policy of the oldest that has one (Istio, push_context destinationRule and model/destination_rule.go).
 */
export function destinationPolicy(
  index: ModelIndex,
  mesh: MeshConfig,
  host: string,
  client: PolicyClient,
  serviceNamespace: string,
): DestinationPolicy {
  const root = mesh.rootNamespace;
  for (const [position, namespace] of [client.namespace, serviceNamespace, root].entries()) {
    const rules = lookup(index.destinationRules.get(namespace)).candidates(host, ({ resource }) => {
      // What the root namespace says to all is for all, its own workloads too, and comes last.
      if (position === 0) return namespace === root ? isPrivate(resource, mesh) : isForOwn(resource);
      const { exportTo } = resource.spec;
      return isExportedTo(exportTo, mesh.defaultDestinationRuleExportTo, resource.namespace, client.namespace);
    });
    const chosen = forClient(rules, client);
    if (chosen.length > 0) return merge(chosen);
  }
  return none;
}

/**
 * What holds for one port of one subset (empty: the whole service): a subset's block replaces the rule's, a port's replace load balancer,
 * connection pool, outlier detection and TLS all four (Istio, MergeTrafficPolicy).
 */
export function effectivePolicy(
  { trafficPolicy, subsets }: DestinationPolicy,
  subset: string,
  port: number,
): TrafficPolicy {
  const whole = trafficPolicy === undefined ? {} : ofPort(trafficPolicy, port);
  const own = subsets.get(subset)?.subset.trafficPolicy;
  if (own === undefined) return whole;
  const { portLevelSettings, ...blocks } = own;
  const merged: TrafficPolicy = { ...whole, ...blocks };
  return portLevelSettings === undefined ? merged : ofPort({ ...merged, portLevelSettings }, port);
}

/** True where a rule with a workloadSelector exists: then policies differ by the client's labels. */
export function hasWorkloadSelectors(index: ModelIndex): boolean {
  return [...index.destinationRules.values()].some((rules) => rules.some(({ resource }) => selectorOf(resource)));
}

function ofPort({ portLevelSettings = [], ...whole }: TrafficPolicy, port: number): TrafficPolicy {
  const own = portLevelSettings.find((settings) => settings.port.number === port);
  if (own === undefined) return whole;
  const { tunnel, proxyProtocol, retryBudget } = whole;
  const { loadBalancer, connectionPool, outlierDetection, tls } = own;
  return {
    ...(loadBalancer && { loadBalancer }),
    ...(connectionPool && { connectionPool }),
    ...(outlierDetection && { outlierDetection }),
    ...(tls && { tls }),
    ...(tunnel && { tunnel }),
    ...(proxyProtocol && { proxyProtocol }),
    ...(retryBudget && { retryBudget }),
  };
}

interface Lookup {
  /** Rules of the most specific host that covers `host` and that `isSeen`, oldest first. */
  candidates(host: string, isSeen: (rule: IndexedDestinationRule) => boolean): readonly IndexedDestinationRule[];
}

const lookups = new WeakMap<readonly IndexedDestinationRule[], Lookup>();
const empty: readonly IndexedDestinationRule[] = [];

/** Names by map, patterns from the longest to the shortest, made once per list. */
function lookup(rules: readonly IndexedDestinationRule[] = empty): Lookup {
  const known = lookups.get(rules);
  if (known !== undefined) return known;
  const byHost = groupBy(rules, ({ host }) => host);
  const patterns = [...byHost.keys()].filter((host) => host.startsWith('*')).sort((a, b) => b.length - a.length);
  const made: Lookup = {
    candidates(host, isSeen) {
      for (const key of [host, ...patterns]) {
        if (!hostCovers(key, host)) continue;
        const seen = (byHost.get(key) ?? []).filter(isSeen);
        if (seen.length > 0) return seen;
      }
      return [];
    },
  };
  lookups.set(rules, made);
  return made;
}

/**
 * The oldest whose selector takes the client, else those without selector; with it the rules that merge with it. Of several that do
 * not merge, being for others, the last counts (Istio, SidecarScope.DestinationRule).
 */
function forClient(
  rules: readonly IndexedDestinationRule[],
  { namespace, labels }: PolicyClient,
): readonly Resource<'DestinationRule'>[] {
  const resources = rules.map(({ resource }) => resource);
  const selected = resources.find((resource) => {
    const wanted = selectorOf(resource);
    const mine = resource.namespace === namespace;
    return wanted !== undefined && mine && hasLabels(labels, wanted);
  });
  const groups = groupBy(resources, mergeKey);
  if (selected !== undefined) return groups.get(mergeKey(selected)) ?? [];
  return [...groups.values()].findLast(([first]) => first !== undefined && selectorOf(first) === undefined) ?? [];
}

function selectorOf({ spec }: Resource<'DestinationRule'>): Readonly<Record<string, string>> | undefined {
  return spec.workloadSelector?.matchLabels;
}

/** Rules that are for others, or for other workloads, are not mixed. */
function mergeKey(resource: Resource<'DestinationRule'>): string {
  const selector = Object.entries(selectorOf(resource) ?? {}).map(([key, value]) => `${key}=${value}`);
  const exportTo = (resource.spec.exportTo ?? []).map((target) => (target === '.' ? resource.namespace : target));
  return `${exportTo.sort().join(',')}|${selectorOf(resource) !== undefined}|${selector.sort().join(',')}`;
}

/** For clients of its own namespace: but where it is exported to others alone. The mesh's default does not matter, and a selector is for them only. */
function isForOwn(resource: Resource<'DestinationRule'>): boolean {
  const { spec, namespace } = resource;
  return selectorOf(resource) !== undefined || isExportedTo(spec.exportTo, ['.'], namespace, namespace);
}

function isPrivate({ spec, namespace }: Resource<'DestinationRule'>, mesh: MeshConfig): boolean {
  const exportTo = spec.exportTo?.length ? spec.exportTo : mesh.defaultDestinationRuleExportTo;
  return exportTo.length === 1 && (exportTo[0] === '.' || exportTo[0] === namespace);
}

function merge(resources: readonly Resource<'DestinationRule'>[]): DestinationPolicy {
  const trafficPolicy = resources.find((rule) => rule.spec.trafficPolicy !== undefined)?.spec.trafficPolicy;
  const subsets = new Map<string, SubsetPolicy>();
  for (const resource of resources) {
    for (const [position, subset] of (resource.spec.subsets ?? []).entries()) {
      if (subsets.has(subset.name)) continue;
      subsets.set(subset.name, {
        subset,
        trafficPolicy: { ...trafficPolicy, ...subset.trafficPolicy },
        from: provenanceOf(resource, `subsets[${position}]`),
      });
    }
  }
  return { resources, trafficPolicy, subsets };
}
