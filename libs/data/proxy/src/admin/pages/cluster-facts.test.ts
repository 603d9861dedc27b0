/** What several processes know of the same endpoints, as one. */

import { type Cluster, emptyCounts } from '@weft/data-runtime';
import { describe, expect, it } from 'vitest';
import { makeCluster, makeEndpoint } from '../../http/testing/tables.ts';
import { type ClusterFacts, clusterFacts, mergeClusterFacts } from './cluster-facts.ts';

interface Seen {
  readonly connections?: number;
  readonly active?: number;
  readonly flags?: string;
  readonly reason?: string;
  readonly rate?: number;
  readonly threshold?: number;
}

/** What one process says of one endpoint. */
function processWith({
  connections = 0,
  active = 0,
  flags = '',
  reason,
  rate = -1,
  threshold = -1,
}: Seen): readonly ClusterFacts[] {
  const counts = { ...emptyCounts(), connections, connectionsTotal: connections, requestsTotal: 2 * connections };
  const endpoint = makeEndpoint(1, { active, counts, healthFlags: flags, ejected: flags !== '' });
  const health: Cluster['health'] = {
    reasonOf: () => reason,
    successRates: () => ({ external: rate, localOrigin: -1 }),
    outlierBounds: () => ({
      external: { average: rate, threshold },
      localOrigin: { average: -1, threshold: -1 },
    }),
    counters: () => new Map(),
  };
  const cluster = makeCluster([endpoint], { health });
  const clusters = new Map([[cluster.name, cluster]]);
  return clusterFacts({ tables: { clusters } as never, poolStats: () => ({ connections, active: 0 }) });
}

const own = processWith({});
const merged = (...workers: readonly Seen[]) => mergeClusterFacts(own, workers.map(processWith))[0]!;

describe('the facts of several processes', () => {
  it('are added up', () => {
    const { connections, endpoints } = merged({ connections: 3, active: 1 }, { connections: 4, active: 2 });
    expect(connections).toBe(7);
    expect(endpoints[0]).toMatchObject({
      counters: { cx_total: 7, cx_connect_fail: 0, rq_total: 14 },
      gauges: { cx_active: 7, rq_active: 3 },
    });
  });

  it('have against an endpoint what any of them has, and say in how many it is so', () => {
    const out = { flags: '/failed_outlier_check', reason: 'ejected' };
    expect(merged(out, {}).endpoints[0]).toMatchObject({
      healthFlags: '/failed_outlier_check',
      reason: 'ejected (in 1 of 2 processes)',
    });
    expect(merged(out, out).endpoints[0]?.reason).toBe('ejected');
    expect(merged({}, {}).endpoints[0]).toMatchObject({ healthFlags: '', reason: undefined });
  });

  it('have the mean of the rates that were judged', () => {
    expect(merged({ rate: 100 }, { rate: 50 }, {}).endpoints[0]?.rates.external).toBe(75);
    expect(merged({}).endpoints[0]?.rates.external).toBe(-1);
    const bounds = merged({ rate: 100, threshold: 90 }, { rate: 50, threshold: -20 }, {}).outlier;
    expect(bounds?.external).toEqual({ average: 75, threshold: 35 });
    expect(bounds?.localOrigin).toEqual({ average: -1, threshold: -1 });
  });

  it('are those of the one that asks where nobody answers', () => {
    expect(mergeClusterFacts(own, [])).toEqual(own);
    expect(mergeClusterFacts(own, [[]])).toEqual(own);
  });
});
