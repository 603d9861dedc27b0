/** Which outbound clusters a client has: the plan that clusters and endpoints are both made from. */

import type { InstanceView, ServicePortView, ServiceView } from '@weft/control-registry';
import type { Provenance } from '@weft/kernel';
import type { TrafficPolicy } from '@weft/model';
import type { Context } from './context.ts';
import { outboundClusterName } from './names.ts';
import { isRoutable } from './world.ts';

export interface PlannedCluster {
  readonly service: ServiceView;
  readonly port: ServicePortView;
  /** Empty for the whole service. */
  readonly subset: string;
  /** Labels of the subset; empty for all. */
  readonly labels: Readonly<Record<string, string>>;
  readonly name: string;
  readonly policy: TrafficPolicy | undefined;
  /** The DestinationRules that it depends on. */
  readonly resources: readonly object[];
  readonly from: Provenance;
}

export function plannedClusters({ world, proxy }: Context): readonly PlannedCluster[] {
  const planned: PlannedCluster[] = [];
  for (const service of world.input.registry.services.values()) {
    if (!isRoutable(service)) continue;
    const { resources, trafficPolicy, subsets } = world.policy(service.host, proxy.namespace, service.namespace);
    for (const port of service.ports) {
      const add = (
        subset: string,
        labels: Readonly<Record<string, string>>,
        policy: TrafficPolicy | undefined,
        from: Provenance,
      ): void => {
        const name = outboundClusterName(port.number, subset, service.host);
        planned.push({ service, port, subset, labels, name, policy, resources, from });
      };
      add('', {}, trafficPolicy, port.from);
      for (const [name, subset] of subsets) add(name, subset.subset.labels ?? {}, subset.trafficPolicy, subset.from);
    }
  }
  return planned;
}

/** The instances of a planned cluster; an empty label set takes all. */
export function instancesOf({ service, labels }: PlannedCluster): readonly InstanceView[] {
  const pairs = Object.entries(labels);
  if (pairs.length === 0) return service.instances;
  return service.instances.filter((instance) => pairs.every(([key, value]) => instance.labels[key] === value));
}
