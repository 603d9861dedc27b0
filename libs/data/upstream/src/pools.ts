/** The pools of all clusters, and the one timer that keeps them tidy. */

import type { Cluster, Endpoint } from '@weft/data-runtime';
import type { Clock } from '@weft/kernel';
import { ClusterPool, type Waiter } from './cluster-pool.ts';
import type { Dialer } from './dial.ts';
import type { UpstreamClient } from './upstream-connection.ts';

/** How often idle connections are looked at. */
export const sweepPeriodMs = 1_000;

export interface PoolStats {
  readonly connections: number;
  readonly active: number;
}

export interface UpstreamPools {
  /** As `ClusterPool.acquire`. */
  acquire(cluster: Cluster, endpoint: Endpoint, client: UpstreamClient, fresh: boolean): Waiter | undefined;
  stats(cluster: Cluster): PoolStats;
  /** Closes idle connections now, and stops the timer; requests in flight go on. */
  close(): void;
}

export function createUpstreamPools(clock: Clock, dialer: Dialer): UpstreamPools {
  const pools = new Map<Cluster, ClusterPool>();
  const stopSweep = clock.every(sweepPeriodMs, () => {
    const nowMs = clock.monotonic();
    for (const [cluster, pool] of pools) if (pool.sweep(nowMs)) pools.delete(cluster);
  });

  const add = (cluster: Cluster): ClusterPool => {
    const pool = new ClusterPool(cluster, dialer);
    pool.nowMs = clock.monotonic();
    pools.set(cluster, pool);
    return pool;
  };

  return {
    acquire: (cluster, endpoint, client, fresh) =>
      (pools.get(cluster) ?? add(cluster)).acquire(endpoint, client, fresh),
    stats: (cluster) => pools.get(cluster) ?? { connections: 0, active: 0 },
    close() {
      stopSweep();
      for (const pool of pools.values()) pool.close();
    },
  };
}
