/** Which DestinationRules hold for a host as one client sees it, and what they say together. */

import type { Provenance } from '@weft/kernel';
import type { Resource, Subset, TrafficPolicy } from '@weft/model';
import { type IndexedDestinationRule, type ModelIndex, mostSpecific } from './model-index.ts';
import { rootNamespace } from './names.ts';
import { provenanceOf } from './provenance.ts';

export interface DestinationPolicy {
  /** Oldest first; empty where no rule holds. For the cache. */
  readonly resources: readonly Resource<'DestinationRule'>[];
  readonly trafficPolicy: TrafficPolicy | undefined;
  readonly subsets: ReadonlyMap<string, SubsetPolicy>;
}

export interface SubsetPolicy {
  readonly subset: Subset;
  /** The subset's own blocks over those of the rule. */
  readonly trafficPolicy: TrafficPolicy;
  readonly from: Provenance;
}

const none: DestinationPolicy = { resources: [], trafficPolicy: undefined, subsets: new Map() };

/**
 * Looks in the client's namespace, then the service's, then the root's; the first that has a rule for the host wins entirely.
 * Inside a namespace the most specific host wins; rules of equal host are merged: subsets by name (the oldest first),
 * the traffic policy of the oldest that has one.
 */
export function destinationPolicy(
  index: ModelIndex,
  host: string,
  clientNamespace: string,
  serviceNamespace: string,
): DestinationPolicy {
  for (const namespace of [clientNamespace, serviceNamespace, rootNamespace]) {
    const rules = index.destinationRules.get(namespace) ?? [];
    const best = mostSpecific(rules, host, (rule) => [rule.host]);
    if (best !== undefined) return merge(rules.filter((rule) => rule.host === best.pattern));
  }
  return none;
}

function merge(rules: readonly IndexedDestinationRule[]): DestinationPolicy {
  const resources = rules.map((rule) => rule.resource);
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
