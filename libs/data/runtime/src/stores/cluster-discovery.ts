/** Where the endpoints of a cluster come from: EDS, its own message, or names that are resolved again and again. */

import type { Cancel, Clock } from '@weft/kernel';
import { type AssignmentSpec, type EndpointSpec, emptyAssignment } from '../clusters/assignment.ts';
import { type ResolveDns, startDnsRefresh } from '../clusters/dns-refresh.ts';
import type { LivingCluster } from '../clusters/living-cluster.ts';

export interface ClusterDiscoveryOptions {
  readonly clock: Clock;
  readonly resolveDns: ResolveDns;
  /** By EDS name; the living map. */
  readonly assignments: ReadonlyMap<string, AssignmentSpec>;
  /** DNS changed the endpoints of a cluster. */
  onResolved(cluster: string): void;
}

export class ClusterDiscovery {
  readonly #options: ClusterDiscoveryOptions;
  readonly #refreshers = new Map<string, { readonly key: string; readonly cancel: Cancel }>();
  /** What the names of DNS clusters last resolved to. */
  readonly #resolved = new Map<string, readonly EndpointSpec[]>();

  constructor(options: ClusterDiscoveryOptions) {
    this.#options = options;
  }

  /** The cluster is new, or its specification is. */
  discover(cluster: LivingCluster): void {
    const { discovery, name } = cluster.spec;
    const key = JSON.stringify(discovery.kind === 'dns' ? discovery : discovery.kind);
    // Names that are the same go on being refreshed: what they last resolved to is not lost.
    if (discovery.kind === 'dns' && this.#refreshers.get(name)?.key === key) {
      cluster.assign({ ...discovery.assignment, endpoints: this.#resolved.get(name) ?? [] });
      return;
    }
    this.#endRefresh(name);
    const { assignments, resolveDns, clock, onResolved } = this.#options;
    if (discovery.kind === 'eds') cluster.assign(assignments.get(discovery.serviceName) ?? emptyAssignment);
    else if (discovery.kind === 'static') cluster.assign(discovery.assignment);
    else if (discovery.kind === 'dns') {
      const { overprovisioningFactor } = discovery.assignment;
      const cancel = startDnsRefresh({
        spec: discovery,
        resolve: resolveDns,
        clock,
        onResolved: (endpoints) => {
          this.#resolved.set(name, endpoints);
          cluster.assign({ endpoints, overprovisioningFactor });
          onResolved(name);
        },
      });
      this.#refreshers.set(name, { key, cancel });
    }
  }

  /** The cluster is gone. */
  forget(name: string): void {
    this.#endRefresh(name);
    this.#resolved.delete(name);
  }

  stop(): void {
    for (const name of [...this.#refreshers.keys()]) this.#endRefresh(name);
  }

  #endRefresh(name: string): void {
    this.#refreshers.get(name)?.cancel();
    this.#refreshers.delete(name);
  }
}
