/** What `/clusters` tells of clusters, as plain data: processes of one sidecar send it to each other and add it up. */

import type { Breaker, Cluster, Endpoint, OutlierBounds, SuccessRateBounds, SuccessRates } from '@weft/data-runtime';
import type { Provenance } from '@weft/kernel';
import type { AdminView } from '../admin-view.ts';
import { reasonOf } from './endpoint-reason.ts';

/** By Envoy's names. */
type Numbers = Readonly<Record<string, number>>;

export interface ClusterFacts {
  readonly name: string;
  readonly from: Provenance;
  readonly connections: number;
  readonly thresholds: { readonly default: Numbers; readonly high: Numbers };
  /** Nothing: no outlier detection. */
  readonly outlier: OutlierBounds | undefined;
  readonly endpoints: readonly EndpointFacts[];
}

export interface EndpointFacts {
  readonly address: string;
  readonly port: number;
  readonly hostPort: string;
  readonly hostname: string;
  readonly counters: Numbers;
  readonly gauges: Numbers;
  /** As `Endpoint.healthFlags`. */
  readonly healthFlags: string;
  /** Why it is not used; nothing: it is. */
  readonly reason: string | undefined;
  readonly weight: number;
  readonly locality: { readonly region: string; readonly zone: string; readonly sub_zone: string };
  readonly canary: boolean;
  readonly priority: number;
  readonly rates: SuccessRates;
}

export function clusterFacts({ tables, poolStats }: Pick<AdminView, 'tables' | 'poolStats'>): readonly ClusterFacts[] {
  return [...tables.clusters.values()].map((cluster) => ({
    name: cluster.name,
    from: cluster.from,
    connections: poolStats(cluster).connections,
    thresholds: { default: thresholdsOf(cluster.breakers.default), high: thresholdsOf(cluster.breakers.high) },
    outlier: cluster.health?.outlierBounds?.(),
    endpoints: cluster.endpoints.map((endpoint) => endpointFacts(cluster, endpoint)),
  }));
}

/**
 * Of several processes with the same configuration, which look after the health of endpoints each for itself: numbers are added up, what one
 * has against an endpoint counts, rates are the mean of those that were judged.
 * @param own of the process that asks: the order, and what is known where nobody answered.
 */
export function mergeClusterFacts(
  own: readonly ClusterFacts[],
  workers: readonly (readonly ClusterFacts[])[],
): readonly ClusterFacts[] {
  const byName = workers.map((facts) => new Map(facts.map((one) => [one.name, one])));
  return own.map((cluster) => {
    const others = byName.flatMap((facts) => facts.get(cluster.name) ?? []);
    const byAddress = others.map(({ endpoints }) => new Map(endpoints.map((one) => [one.hostPort, one])));
    return {
      ...cluster,
      outlier: mergeBounds(
        cluster.outlier,
        others.flatMap(({ outlier }) => outlier ?? []),
      ),
      connections: others.reduce((sum, { connections }) => sum + connections, cluster.connections),
      endpoints: cluster.endpoints.map((endpoint) =>
        mergeEndpoint(
          endpoint,
          byAddress.flatMap((endpoints) => endpoints.get(endpoint.hostPort) ?? []),
        ),
      ),
    };
  });
}

function mergeEndpoint(own: EndpointFacts, others: readonly EndpointFacts[]): EndpointFacts {
  const all = [own, ...others];
  return {
    ...own,
    counters: addUp(all.map(({ counters }) => counters)),
    gauges: addUp(all.map(({ gauges }) => gauges)),
    healthFlags: [...new Set(all.flatMap(({ healthFlags }) => healthFlags.split('/').slice(1)))]
      .map((flag) => `/${flag}`)
      .join(''),
    reason: mergeReasons(own, others),
    rates: {
      external: meanOf(others.map(({ rates }) => rates.external)),
      localOrigin: meanOf(others.map(({ rates }) => rates.localOrigin)),
    },
  };
}

function mergeBounds(own: OutlierBounds | undefined, others: readonly OutlierBounds[]): OutlierBounds | undefined {
  if (others.length === 0) return own;
  return {
    external: meanBounds(others.map(({ external }) => external)),
    localOrigin: meanBounds(others.map(({ localOrigin }) => localOrigin)),
  };
}

/** A threshold may well be below 0. */
function meanBounds(all: readonly SuccessRateBounds[]): SuccessRateBounds {
  const judged = all.filter(({ average }) => average >= 0);
  if (judged.length === 0) return { average: -1, threshold: -1 };
  const mean = (part: keyof SuccessRateBounds) => judged.reduce((sum, one) => sum + one[part], 0) / judged.length;
  return { average: mean('average'), threshold: mean('threshold') };
}

function mergeReasons(own: EndpointFacts, others: readonly EndpointFacts[]): string | undefined {
  const reasons = others.flatMap(({ reason }) => reason ?? []);
  const [first] = reasons;
  if (first === undefined || reasons.length === others.length) return first ?? own.reason;
  return `${first} (in ${reasons.length} of ${others.length} processes)`;
}

function addUp(all: readonly Numbers[]): Numbers {
  const sums: Record<string, number> = {};
  for (const numbers of all)
    for (const [name, value] of Object.entries(numbers)) sums[name] = (sums[name] ?? 0) + value;
  return sums;
}

/** Of those that are 0 or more; -1: there are none. */
function meanOf(rates: readonly number[]): number {
  const judged = rates.filter((rate) => rate >= 0);
  return judged.length === 0 ? -1 : judged.reduce((sum, rate) => sum + rate, 0) / judged.length;
}

function thresholdsOf({ connectionsMax, pendingMax, requestsMax, retriesMax }: Breaker): Numbers {
  return {
    max_connections: connectionsMax,
    max_pending_requests: pendingMax,
    max_requests: requestsMax,
    max_retries: retriesMax,
  };
}

function endpointFacts(cluster: Cluster, endpoint: Endpoint): EndpointFacts {
  const { address, port, hostPort, hostname, healthFlags, weight, priority, counts } = endpoint;
  const [region = '', zone = '', subZone = ''] = endpoint.locality.split('/');
  return {
    ...{ address, port, hostPort, hostname, healthFlags, weight, priority },
    counters: {
      cx_connect_fail: counts.connectFailures,
      cx_total: counts.connectionsTotal,
      rq_error: counts.requestErrors,
      rq_success: counts.requestSuccesses,
      rq_timeout: counts.requestTimeouts,
      rq_total: counts.requestsTotal,
    },
    gauges: {
      cx_active: counts.connections,
      rq_active: endpoint.active - counts.pending,
      rq_pending_active: counts.pending,
    },
    reason: reasonOf(cluster, endpoint),
    locality: { region, zone, sub_zone: subZone },
    canary: endpoint.lbMetadata['canary'] === 'true',
    rates: cluster.health?.successRates?.(endpoint) ?? { external: -1, localOrigin: -1 },
  };
}
