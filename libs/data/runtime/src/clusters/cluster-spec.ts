/** A Cluster message as a specification that a living cluster takes over. */

import type { JsonObject } from '@bufbuild/protobuf';
import type { Any } from '@bufbuild/protobuf/wkt';
import type { Provenance } from '@weft/kernel';
import {
  Cluster_DiscoveryType as DiscoveryType,
  Cluster_LbPolicy as LbPolicy,
  type Cluster as XdsCluster,
} from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import { HttpProtocolOptionsSchema } from '@weft/xds-messages/envoy/extensions/upstreams/http/v3/http_protocol_options';
import type { BalancingPolicy } from '../balancer.ts';
import { refuse, unpack } from '../check/refuse.ts';
import { milliseconds } from '../duration.ts';
import { connectTimeoutMs, dnsRefreshMs } from '../limits.ts';
import { clusterService, provenanceOf } from '../metadata.ts';
import type { Cluster, UpstreamTls } from '../tables.ts';
import { compileUpstreamTls } from '../tls/transport-socket.ts';
import { compileAssignment, type EndpointSpec } from './assignment.ts';
import { compileHealthCheck, type HealthProbe } from './health-check.ts';

/** How a cluster comes by its endpoints. */
export type Discovery =
  | { readonly kind: 'eds'; readonly serviceName: string }
  | { readonly kind: 'static'; readonly endpoints: readonly EndpointSpec[] }
  | { readonly kind: 'dns'; readonly endpoints: readonly EndpointSpec[]; readonly refreshMs: number };

export interface ClusterSpec {
  readonly name: string;
  readonly from: Provenance;
  readonly connectTimeoutMs: number;
  readonly protocol: Cluster['protocol'];
  readonly policy: BalancingPolicy;
  readonly service: Cluster['service'];
  readonly discovery: Discovery;
  readonly probes: readonly HealthProbe[];
  /** How to secure a connection to an endpoint with this transport match; nothing: plain text. */
  tlsFor(transportMatch: JsonObject): UpstreamTls | undefined;
}

const httpOptionsKey = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';

/** @throws WeftError `config_rejected` */
export function compileCluster(cluster: XdsCluster, where: string): ClusterSpec {
  const panic = cluster.commonLbConfig?.healthyPanicThreshold?.value ?? 0;
  if (panic !== 0) refuse(where, 'common_lb_config.healthy_panic_threshold over 0 is not supported');
  return {
    name: cluster.name,
    from: provenanceOf(cluster.metadata),
    connectTimeoutMs: milliseconds(cluster.connectTimeout, connectTimeoutMs),
    protocol: compileProtocol(cluster.typedExtensionProtocolOptions, where),
    policy: compilePolicy(cluster.lbPolicy, where),
    service: clusterService(cluster.name, cluster.metadata),
    discovery: compileDiscovery(cluster, where),
    probes: cluster.healthChecks.map((check) => compileHealthCheck(check, where)),
    tlsFor: compileTransport(cluster, where),
  };
}

function compileDiscovery(cluster: XdsCluster, where: string): Discovery {
  const type = cluster.clusterDiscoveryType.case === 'type' ? cluster.clusterDiscoveryType.value : DiscoveryType.STATIC;
  if (type === DiscoveryType.EDS) {
    const source = cluster.edsClusterConfig?.edsConfig?.configSourceSpecifier.case;
    if (source !== 'ads') refuse(where, 'eds_cluster_config.eds_config: only ads is supported');
    if (cluster.loadAssignment !== undefined) refuse(where, 'field load_assignment is not supported with EDS');
    return { kind: 'eds', serviceName: cluster.edsClusterConfig?.serviceName || cluster.name };
  }
  const endpoints = cluster.loadAssignment === undefined ? [] : compileAssignment(cluster.loadAssignment, where);
  if (type === DiscoveryType.STATIC) return { kind: 'static', endpoints };
  if (type !== DiscoveryType.STRICT_DNS) return refuse(where, `type ${type} is not supported`);
  return { kind: 'dns', endpoints, refreshMs: milliseconds(cluster.dnsRefreshRate, dnsRefreshMs) };
}

function compilePolicy(policy: LbPolicy, where: string): BalancingPolicy {
  switch (policy) {
    case LbPolicy.ROUND_ROBIN:
      return 'ROUND_ROBIN';
    case LbPolicy.LEAST_REQUEST:
      return 'LEAST_REQUEST';
    case LbPolicy.RANDOM:
      return 'RANDOM';
    default:
      return refuse(where, `lb_policy ${policy} is not supported`);
  }
}

function compileProtocol(options: Readonly<Record<string, Any>>, where: string): Cluster['protocol'] {
  let protocol: Cluster['protocol'] = 'http1';
  for (const [key, any] of Object.entries(options)) {
    if (key !== httpOptionsKey) refuse(where, `typed_extension_protocol_options ${key} is not supported`);
    const http = unpack(any, HttpProtocolOptionsSchema, where).upstreamProtocolOptions;
    if (http.case !== 'explicitHttpConfig') return refuse(where, 'explicit_http_config is missing');
    if (http.value.protocolConfig.case === 'http2ProtocolOptions') protocol = 'http2';
  }
  return protocol;
}

/** Envoy's order: the first match whose every key the endpoint has, then the cluster's own socket. */
function compileTransport(cluster: XdsCluster, where: string): ClusterSpec['tlsFor'] {
  const fallback = compileUpstreamTls(cluster.transportSocket, where);
  const matches = cluster.transportSocketMatches.map((entry) => ({
    wanted: Object.entries(entry.match ?? {}),
    tls: compileUpstreamTls(entry.transportSocket, `${where}: transport_socket_matches ${entry.name}`),
  }));
  return (transportMatch) => {
    for (const { wanted, tls } of matches) {
      if (wanted.every(([key, value]) => transportMatch[key] === value)) return tls;
    }
    return fallback;
  };
}
