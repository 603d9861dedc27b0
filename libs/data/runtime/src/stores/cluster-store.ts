/** Clusters, their endpoints, and the places that routes hold: the state behind CDS and EDS. */

import type { Cancel } from '@weft/kernel';
import { type AssignmentSpec, type EndpointSpec, emptyAssignment } from '../clusters/assignment.ts';
import type { ClusterSpec } from '../clusters/cluster-spec.ts';
import { type ResolveDns, startDnsRefresh } from '../clusters/dns-refresh.ts';
import { LivingCluster, type LivingClusterDeps } from '../clusters/living-cluster.ts';
import { createPlaces } from '../places.ts';
import type { Cluster } from '../tables/cluster.ts';
import type { Ref } from '../tables/route.ts';

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
  const refreshers = new Map<string, { readonly key: string; readonly cancel: Cancel }>();
  /** What the names of DNS clusters last resolved to. */
  const resolved = new Map<string, readonly EndpointSpec[]>();
  const endRefresh = (name: string): void => {
    refreshers.get(name)?.cancel();
    refreshers.delete(name);
  };

  const discover = (cluster: LivingCluster): void => {
    const { discovery, name } = cluster.spec;
    const key = JSON.stringify(discovery.kind === 'dns' ? discovery : discovery.kind);
    // Names that are the same go on being refreshed: what they last resolved to is not lost.
    if (discovery.kind === 'dns' && refreshers.get(name)?.key === key) {
      cluster.assign({ ...discovery.assignment, endpoints: resolved.get(name) ?? [] });
      return;
    }
    endRefresh(name);
    if (discovery.kind === 'eds') cluster.assign(assignments.get(discovery.serviceName) ?? emptyAssignment);
    else if (discovery.kind === 'static') cluster.assign(discovery.assignment);
    else if (discovery.kind === 'dns') {
      const { overprovisioningFactor } = discovery.assignment;
      const cancel = startDnsRefresh({
        spec: discovery,
        resolve: options.resolveDns,
        clock: options.clock,
        onResolved(endpoints) {
          resolved.set(name, endpoints);
          cluster.assign({ endpoints, overprovisioningFactor });
          options.onResolved(name);
        },
      });
      refreshers.set(name, { key, cancel });
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
    endRefresh(name);
    resolved.delete(name);
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
        cluster.assign(assignments.get(discovery.serviceName) ?? emptyAssignment);
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
      for (const name of [...refreshers.keys()]) endRefresh(name);
      for (const cluster of clusters.values()) cluster.stop();
    },
  };
}
