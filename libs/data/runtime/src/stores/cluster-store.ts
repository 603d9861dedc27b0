/** Clusters, their endpoints, and the places that routes hold: the state behind CDS and EDS. */

import { type AssignmentSpec, emptyAssignment } from '../clusters/assignment.ts';
import type { ClusterSpec } from '../clusters/cluster-spec.ts';
import type { ResolveDns } from '../clusters/dns-refresh.ts';
import { LivingCluster, type LivingClusterDeps } from '../clusters/living-cluster.ts';
import { createPlaces } from '../places.ts';
import type { Cluster } from '../tables/cluster.ts';
import type { Ref } from '../tables/route.ts';
import { ClusterDiscovery } from './cluster-discovery.ts';

export interface ClusterStoreOptions extends LivingClusterDeps {
  readonly resolveDns: ResolveDns;
  /** DNS changed the endpoints of a cluster. */
  onResolved(cluster: string): void;
}

export interface ClusterStore {
  readonly clusters: ReadonlyMap<string, LivingCluster>;
  /** By EDS name. */
  readonly assignments: ReadonlyMap<string, AssignmentSpec>;
  ref(name: string): Ref<Cluster | undefined>;
  commitClusters(changed: ReadonlyMap<string, ClusterSpec>, removed: readonly string[]): void;
  commitAssignments(changed: ReadonlyMap<string, AssignmentSpec>, removed: readonly string[]): void;
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
  const assignments = new Map<string, AssignmentSpec>();
  const discovery = new ClusterDiscovery({ ...options, assignments });

  const wanted = (): ReadonlySet<string> => {
    const names = new Set<string>();
    for (const { spec } of clusters.values()) if (spec.discovery.kind === 'eds') names.add(spec.discovery.serviceName);
    return names;
  };

  const remove = (name: string): void => {
    const cluster = clusters.get(name);
    if (cluster === undefined) return;
    discovery.forget(name);
    clusters.delete(name);
    places.at(name).current = undefined;
    cluster.end();
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
          cluster = new LivingCluster(spec, options);
          clusters.set(name, cluster);
        } else {
          cluster.update(spec);
        }
        discovery.discover(cluster);
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
        const from = cluster.spec.discovery;
        if (from.kind !== 'eds' || !touched.has(from.serviceName)) continue;
        cluster.assign(assignments.get(from.serviceName) ?? emptyAssignment);
      }
    },
    isWarming(name) {
      const from = clusters.get(name)?.spec.discovery;
      return from?.kind === 'eds' && !assignments.has(from.serviceName);
    },
    sweep(isReferenced) {
      places.sweep(isReferenced);
    },
    stop() {
      discovery.stop();
      for (const cluster of clusters.values()) cluster.stop();
    },
  };
}
