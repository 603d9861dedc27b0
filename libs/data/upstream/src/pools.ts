/** The pools of all clusters, and the one timer that keeps them tidy. */

import type { Cluster } from '@weft/data-runtime';
import { ClusterPool, type PoolParts } from './cluster-pool.ts';
import type { UpstreamPools } from './upstream-stream.ts';

/** How often idle connections are looked at. */
export const sweepPeriodMs = 1_000;

export function createUpstreamPools(parts: PoolParts): UpstreamPools {
  const { clock } = parts;
  const pools = new Map<Cluster, ClusterPool>();
  let closing = false;
  const stopSweep = clock.every(sweepPeriodMs, () => {
    const nowMs = clock.monotonic();
    for (const [cluster, pool] of pools) if (pool.sweep(nowMs)) pools.delete(cluster);
  });

  const add = (cluster: Cluster): ClusterPool => {
    const pool = new ClusterPool(cluster, parts);
    pool.closing = closing;
    pools.set(cluster, pool);
    return pool;
  };

  return {
    acquire: (cluster, endpoint, client, options) =>
      (pools.get(cluster) ?? add(cluster)).acquire(endpoint, client, options),
    stats: (cluster) => {
      const pool = pools.get(cluster);
      return { connections: pool?.connections ?? 0, active: pool?.active ?? 0 };
    },
    forget(endpoint) {
      for (const pool of pools.values()) pool.forget(endpoint);
    },
    close() {
      closing = true;
      stopSweep();
      for (const pool of pools.values()) pool.close();
    },
  };
}
