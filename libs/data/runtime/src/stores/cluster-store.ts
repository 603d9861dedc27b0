/** Clusters, their endpoints, and the places that routes hold: the state behind CDS and EDS. */

import type { Cancel, Clock, Random } from '@weft/kernel';
import type { CreateBalancer } from '../balancer.ts';
import type { EndpointSpec } from '../clusters/assignment.ts';
import type { ClusterSpec } from '../clusters/cluster-spec.ts';
import { type ResolveDns, startDnsRefresh } from '../clusters/dns-refresh.ts';
import { LivingCluster } from '../clusters/living-cluster.ts';
import { createPlaces } from '../places.ts';
import type { Cluster, Endpoint, Ref } from '../tables.ts';

export interface ClusterStoreOptions {
  readonly createBalancer: CreateBalancer;
  readonly random: Random;
  readonly clock: Clock;
  readonly resolveDns: ResolveDns;
  /** Endpoints that are gone: their connections may be closed. */
  onGone(endpoints: readonly Endpoint[]): void;
  /** DNS changed the endpoints of a cluster. */
  onResolved(cluster: string): void;
}

export interface ClusterStore {
  readonly clusters: ReadonlyMap<string, LivingCluster>;
  /** By EDS name. */
  readonly assignments: ReadonlyMap<string, readonly EndpointSpec[]>;
  ref(name: string): Ref<Cluster | undefined>;
  commitClusters(changed: ReadonlyMap<string, ClusterSpec>, removed: readonly string[]): void;
  commitAssignments(changed: ReadonlyMap<string, readonly EndpointSpec[]>, removed: readonly string[]): void;
  /** EDS names that the clusters ask for. */
  wanted(): ReadonlySet<string>;
  /** Known, but its endpoints were not told yet. */
  isWarming(name: string): boolean;
  /** Forgets empty places that no table points to. */
  sweep(isReferenced: (name: string) => boolean): void;
  stop(): void;
}

export function createClusterStore(options: ClusterStoreOptions): ClusterStore {
  const clusters = new Map<string, LivingCluster>();
  const places = createPlaces<Cluster>();
  const assignments = new Map<string, readonly EndpointSpec[]>();
  const refreshers = new Map<string, Cancel>();

  const assign = (cluster: LivingCluster, specs: readonly EndpointSpec[]): void => {
    const gone = cluster.assign(specs);
    if (gone.length > 0) options.onGone(gone);
  };

  const discover = (cluster: LivingCluster): void => {
    const { discovery, name } = cluster.spec;
    refreshers.get(name)?.();
    refreshers.delete(name);
    if (discovery.kind === 'eds') assign(cluster, assignments.get(discovery.serviceName) ?? []);
    else if (discovery.kind === 'static') assign(cluster, discovery.endpoints);
    else {
      const cancel = startDnsRefresh({
        endpoints: discovery.endpoints,
        refreshMs: discovery.refreshMs,
        resolve: options.resolveDns,
        clock: options.clock,
        onResolved(endpoints) {
          assign(cluster, endpoints);
          options.onResolved(name);
        },
      });
      refreshers.set(name, cancel);
    }
  };

  const wanted = (): ReadonlySet<string> => {
    const names = new Set<string>();
    for (const { spec } of clusters.values()) if (spec.discovery.kind === 'eds') names.add(spec.discovery.serviceName);
    return names;
  };

  const remove = (name: string): void => {
    const cluster = clusters.get(name);
    if (cluster === undefined) return;
    refreshers.get(name)?.();
    refreshers.delete(name);
    clusters.delete(name);
    places.at(name).current = undefined;
    assign(cluster, []);
  };

  return {
    clusters,
    assignments,
    ref: places.ref,
    wanted,
    commitClusters(changed, removed) {
      const before = wanted();
      for (const [name, spec] of changed) {
        let cluster = clusters.get(name);
        if (cluster === undefined) {
          cluster = new LivingCluster(spec, options.createBalancer, options.random);
          clusters.set(name, cluster);
        } else {
          cluster.update(spec);
        }
        discover(cluster);
        places.at(name).current = cluster;
      }
      for (const name of removed) remove(name);
      const after = wanted();
      for (const name of before) if (!after.has(name)) assignments.delete(name);
    },
    commitAssignments(changed, removed) {
      for (const [name, specs] of changed) assignments.set(name, specs);
      for (const name of removed) assignments.delete(name);
      const touched = new Set([...changed.keys(), ...removed]);
      for (const cluster of clusters.values()) {
        const { discovery } = cluster.spec;
        if (discovery.kind !== 'eds' || !touched.has(discovery.serviceName)) continue;
        assign(cluster, assignments.get(discovery.serviceName) ?? []);
      }
    },
    isWarming(name) {
      const discovery = clusters.get(name)?.spec.discovery;
      return discovery?.kind === 'eds' && !assignments.has(discovery.serviceName);
    },
    sweep(isReferenced) {
      places.sweep(isReferenced);
    },
    stop() {
      for (const cancel of refreshers.values()) cancel();
      refreshers.clear();
    },
  };
}
