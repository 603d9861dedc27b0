/** How a cluster comes by its endpoints. */

import {
  Cluster_DiscoveryType as DiscoveryType,
  Cluster_DnsLookupFamily as DnsLookupFamily,
  Cluster_LbPolicy as LbPolicy,
  type Cluster as XdsCluster,
} from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import { refuse } from '../check/refuse.ts';
import { milliseconds } from '../duration.ts';
import { dnsRefreshMs } from '../limits.ts';
import { type AssignmentSpec, compileAssignment, emptyAssignment } from './assignment.ts';

export interface DnsSpec {
  readonly kind: 'dns';
  readonly assignment: AssignmentSpec;
  /** LOGICAL_DNS: one address at a time, the same as long as the name has it. */
  readonly logical: boolean;
  readonly family: 'auto' | 'v4-only' | 'v6-only' | 'v4-preferred' | 'all';
  readonly refreshMs: number;
  /** After a failure: doubles from the first to the second. */
  readonly failureRefreshMs: number;
  readonly failureRefreshMaxMs: number;
}

export interface OriginalDestinationSpec {
  readonly kind: 'original-destination';
  /** Endpoints that were not used for so long go. */
  readonly cleanUpMs: number;
  /** Instead of the port that the client wanted; 0: as it wanted. */
  readonly port: number;
}

export type Discovery =
  | { readonly kind: 'eds'; readonly serviceName: string }
  | { readonly kind: 'static'; readonly assignment: AssignmentSpec }
  | DnsSpec
  | OriginalDestinationSpec;

/** Envoy's default for `cleanup_interval`. */
const cleanUpMs = 5_000;

/** @throws WeftError `config_rejected` */
export function compileDiscovery(cluster: XdsCluster, where: string): Discovery {
  const { clusterDiscoveryType: discovery } = cluster;
  if (discovery.case === 'clusterType') refuse(where, 'cluster_type is not supported');
  const type = discovery.case === 'type' ? discovery.value : DiscoveryType.STATIC;
  const provided = cluster.lbPolicy === LbPolicy.CLUSTER_PROVIDED && cluster.loadBalancingPolicy === undefined;
  if (provided !== (type === DiscoveryType.ORIGINAL_DST)) {
    refuse(where, 'ORIGINAL_DST and lb_policy CLUSTER_PROVIDED go together');
  }
  switch (type) {
    case DiscoveryType.EDS:
      return compileEds(cluster, where);
    case DiscoveryType.STATIC:
      return { kind: 'static', assignment: inline(cluster, where) };
    case DiscoveryType.STRICT_DNS:
    case DiscoveryType.LOGICAL_DNS:
      return compileDns(cluster, type === DiscoveryType.LOGICAL_DNS, where);
    case DiscoveryType.ORIGINAL_DST:
      return compileOriginalDestination(cluster, where);
    default:
      return refuse(where, `type ${type} is not supported`);
  }
}

function inline(cluster: XdsCluster, where: string): AssignmentSpec {
  return cluster.loadAssignment === undefined ? emptyAssignment : compileAssignment(cluster.loadAssignment, where);
}

function compileEds(cluster: XdsCluster, where: string): Discovery {
  const source = cluster.edsClusterConfig?.edsConfig?.configSourceSpecifier.case;
  if (source !== 'ads') refuse(where, 'eds_cluster_config.eds_config: only ads is supported');
  if (cluster.loadAssignment !== undefined) refuse(where, 'field load_assignment is not supported with EDS');
  return { kind: 'eds', serviceName: cluster.edsClusterConfig?.serviceName || cluster.name };
}

function compileDns(cluster: XdsCluster, logical: boolean, where: string): Discovery {
  const assignment = inline(cluster, where);
  if (logical && assignment.endpoints.length !== 1) refuse(where, 'LOGICAL_DNS must have a single endpoint');
  const refreshMs = milliseconds(cluster.dnsRefreshRate, dnsRefreshMs);
  if (refreshMs <= 0) refuse(where, 'dns_refresh_rate must be over 0');
  const failureRefreshMs = milliseconds(cluster.dnsFailureRefreshRate?.baseInterval, refreshMs);
  if (failureRefreshMs <= 0) refuse(where, 'dns_failure_refresh_rate.base_interval must be over 0');
  return {
    kind: 'dns',
    assignment,
    logical,
    family: familyOf(cluster.dnsLookupFamily, where),
    refreshMs,
    failureRefreshMs,
    failureRefreshMaxMs: Math.max(
      failureRefreshMs,
      milliseconds(cluster.dnsFailureRefreshRate?.maxInterval, failureRefreshMs * 10),
    ),
  };
}

function familyOf(family: DnsLookupFamily, where: string): DnsSpec['family'] {
  switch (family) {
    case DnsLookupFamily.AUTO:
      return 'auto';
    case DnsLookupFamily.V4_ONLY:
      return 'v4-only';
    case DnsLookupFamily.V6_ONLY:
      return 'v6-only';
    case DnsLookupFamily.V4_PREFERRED:
      return 'v4-preferred';
    case DnsLookupFamily.ALL:
      return 'all';
    default:
      return refuse(where, `dns_lookup_family ${family} is not supported`);
  }
}

function compileOriginalDestination(cluster: XdsCluster, where: string): Discovery {
  if (cluster.loadAssignment !== undefined) refuse(where, 'field load_assignment is not supported with ORIGINAL_DST');
  const given = cluster.lbConfig.case === 'originalDstLbConfig' ? cluster.lbConfig.value : undefined;
  const port = given?.upstreamPortOverride ?? 0;
  if (port > 65_535) refuse(where, 'upstream_port_override must be 65535 or less');
  return { kind: 'original-destination', cleanUpMs: milliseconds(cluster.cleanupInterval, cleanUpMs), port };
}
