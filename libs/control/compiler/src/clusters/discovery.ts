/** How a cluster finds its endpoints: over ADS, or by DNS. */

import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  Cluster_DiscoveryType,
  Cluster_DnsLookupFamily,
  type ClusterSchema,
} from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import { loadAssignment } from '../endpoints/load-assignment.ts';
import { adsSource } from '../messages/core.ts';
import { instancesOf, type PlannedCluster } from '../service-clusters.ts';

type ClusterInit = Extract<MessageInitShape<typeof ClusterSchema>, { $typeName?: never }>;

export type Discovery = Pick<
  ClusterInit,
  'clusterDiscoveryType' | 'dnsLookupFamily' | 'edsClusterConfig' | 'loadAssignment'
>;

/** As Istio says where a proxy has IPv4: left alone, Envoy prefers IPv6. */
const ipv4 = { dnsLookupFamily: Cluster_DnsLookupFamily.V4_ONLY };

/** gRPC clients resolve one DNS name and no more. */
export function discovery(planned: PlannedCluster, isGrpcClient: boolean): Discovery {
  const { service, port, name } = planned;
  if (service.resolution === 'endpoints') {
    return {
      clusterDiscoveryType: { case: 'type', value: Cluster_DiscoveryType.EDS },
      edsClusterConfig: { edsConfig: adsSource(), serviceName: name },
    };
  }
  const instances = instancesOf(planned);
  if (!isGrpcClient) {
    return {
      clusterDiscoveryType: { case: 'type', value: Cluster_DiscoveryType.STRICT_DNS },
      ...ipv4,
      loadAssignment: loadAssignment(name, port, instances),
    };
  }
  const candidates = instances.length > 0 ? instances : service.instances;
  return {
    clusterDiscoveryType: { case: 'type', value: Cluster_DiscoveryType.LOGICAL_DNS },
    loadAssignment: loadAssignment(name, port, candidates.slice(0, 1)),
  };
}
