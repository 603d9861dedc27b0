/** A Cluster message as a specification that a living cluster takes over. */

import type { Provenance } from '@weft/kernel';
import type { Cluster as XdsCluster } from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import { refuse } from '../check/refuse.ts';
import { milliseconds } from '../duration.ts';
import { connectTimeoutMs } from '../limits.ts';
import { clusterService, provenanceOf } from '../metadata.ts';
import type { Cluster, ClusterLimits, UpstreamHttp } from '../tables/cluster.ts';
import { type ClusterBalancing, compileBalancing } from './balancing-spec.ts';
import { type BreakersSpec, compileBreakers } from './circuit-breakers.ts';
import { compileDiscovery, type Discovery } from './discovery.ts';
import { compileHealthCheck, type HealthProbe } from './health-check.ts';
import { compileHttpOptions } from './http-options.ts';
import { compileOutlier, type OutlierSpec } from './outlier-spec.ts';
import { compileTransport, type Transport } from './transport.ts';
import { compileWeftOptions, type FailureAccrualSpec } from './weft-options.ts';

export interface ClusterSpec {
  readonly name: string;
  readonly from: Provenance;
  readonly connectTimeoutMs: number;
  readonly http: UpstreamHttp;
  readonly limits: ClusterLimits;
  readonly breakers: BreakersSpec;
  readonly balancing: ClusterBalancing;
  readonly service: Cluster['service'];
  readonly discovery: Discovery;
  readonly probes: readonly HealthProbe[];
  readonly outlier: OutlierSpec | undefined;
  readonly failureAccrual: FailureAccrualSpec | undefined;
  readonly transport: Transport;
  readonly lifecycle: EndpointLifecycle;
}

/** What becomes of connections and endpoints when health or membership changes. */
export interface EndpointLifecycle {
  /** close_connections_on_host_health_failure. */
  readonly closeOnFailure: boolean;
  /** close_connections_on_host_set_change. */
  readonly closeOnChange: boolean;
  /** ignore_health_on_host_removal; false: who passes its active checks stays until it fails them. */
  readonly removeHealthy: boolean;
  /** ignore_new_hosts_until_first_hc. */
  readonly ignoreUnchecked: boolean;
}

/** @throws WeftError `config_rejected` */
export function compileCluster(cluster: XdsCluster, where: string): ClusterSpec {
  const weft = compileWeftOptions(cluster.metadata, where);
  const options = compileHttpOptions(cluster, where);
  const transport = compileTransport(cluster, options, where);
  const timeoutMs = milliseconds(cluster.connectTimeout, connectTimeoutMs);
  if (timeoutMs <= 0) refuse(where, 'connect_timeout must be over 0');
  return {
    name: cluster.name,
    from: provenanceOf(cluster.metadata),
    connectTimeoutMs: timeoutMs,
    http: {
      ...options.http,
      multiplex: options.http.protocol === 'http1' && transport.mesh && weft.h2Upgrade,
    },
    limits: options.limits,
    breakers: compileBreakers(cluster.circuitBreakers, where),
    balancing: compileBalancing(cluster, weft.policy, where),
    service: clusterService(cluster.name, cluster.metadata),
    discovery: compileDiscovery(cluster, where),
    probes: cluster.healthChecks.map((check) => compileHealthCheck(check, where)),
    // Failure accrual stands in its place: what is beside it is for proxies that know no other.
    outlier: weft.failureAccrual === undefined ? compileOutlier(cluster.outlierDetection, where) : undefined,
    failureAccrual: weft.failureAccrual,
    transport,
    lifecycle: {
      closeOnFailure: cluster.closeConnectionsOnHostHealthFailure,
      closeOnChange: cluster.commonLbConfig?.closeConnectionsOnHostSetChange ?? false,
      removeHealthy: cluster.ignoreHealthOnHostRemoval,
      ignoreUnchecked: cluster.commonLbConfig?.ignoreNewHostsUntilFirstHc ?? false,
    },
  };
}
