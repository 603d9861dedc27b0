/** How a cluster finds its endpoints: over ADS, by DNS, or where the connection was sent. */

import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  Cluster_DiscoveryType,
  Cluster_DnsLookupFamily,
  Cluster_LbPolicy,
  type ClusterSchema,
} from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import type { Context } from '../context.ts';
import { loadAssignment } from '../endpoints/load-assignment.ts';
import { localityNeeds } from '../endpoints/locality-rules.ts';
import { takesMutualTls } from '../endpoints/mutual-tls.ts';
import { adsSource, isUnixAddress } from '../messages/core.ts';
import { instancesOf, type PlannedCluster, usesOriginalDestination } from '../service-clusters.ts';

type ClusterInit = Exclude<MessageInitShape<typeof ClusterSchema>, { $typeName: string }>;

export type Discovery = Pick<
  ClusterInit,
  'clusterDiscoveryType' | 'dnsLookupFamily' | 'edsClusterConfig' | 'lbPolicy' | 'lbConfig' | 'loadAssignment'
>;

const type = (value: Cluster_DiscoveryType) => ({ case: 'type' as const, value });

/** gRPC clients resolve one DNS name and no more. */
export function discovery(context: Context, planned: PlannedCluster): Discovery {
  const { world, proxy } = context;
  const { service, port, name, policy } = planned;
  if (usesOriginalDestination(planned, proxy.interception !== 'NONE')) return originalDestination;
  if (service.resolution === 'endpoints') {
    return {
      clusterDiscoveryType: type(Cluster_DiscoveryType.EDS),
      edsClusterConfig: { edsConfig: adsSource(), serviceName: name },
    };
  }
  const instances = instancesOf(world, planned);
  const locality = localityNeeds(context, policy);
  const takes = takesMutualTls(world);
  if (proxy.type === 'grpc') {
    const candidates = (instances.length > 0 ? instances : instancesOf(world, { ...planned, labels: {} })).slice(0, 1);
    return {
      clusterDiscoveryType: type(Cluster_DiscoveryType.LOGICAL_DNS),
      loadAssignment: loadAssignment(name, port, candidates, locality, takes),
    };
  }
  // Envoy takes a path for a name to resolve nowhere but in a static cluster.
  if (instances.length > 0 && instances.every(({ address }) => isUnixAddress(address))) {
    return {
      clusterDiscoveryType: type(Cluster_DiscoveryType.STATIC),
      loadAssignment: loadAssignment(name, port, instances, locality, takes),
    };
  }
  const oneAtATime = service.resolution === 'dns-round-robin';
  return {
    clusterDiscoveryType: type(oneAtATime ? Cluster_DiscoveryType.LOGICAL_DNS : Cluster_DiscoveryType.STRICT_DNS),
    // As Istio says where a proxy has IPv4: left alone, Envoy prefers IPv6.
    dnsLookupFamily: Cluster_DnsLookupFamily.V4_ONLY,
    loadAssignment: loadAssignment(name, port, oneAtATime ? instances.slice(0, 1) : instances, locality, takes),
  };
}

export const originalDestination: Discovery = {
  clusterDiscoveryType: type(Cluster_DiscoveryType.ORIGINAL_DST),
  lbPolicy: Cluster_LbPolicy.CLUSTER_PROVIDED,
};
