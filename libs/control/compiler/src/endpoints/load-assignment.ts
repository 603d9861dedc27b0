/** Instances as endpoints, grouped by locality. */

import { create } from '@bufbuild/protobuf';
import type { InstanceView, ServicePortView } from '@weft/control-registry';
import { HealthStatus } from '@weft/xds-messages/envoy/config/core/v3/health_check';
import {
  type ClusterLoadAssignment,
  ClusterLoadAssignmentSchema,
} from '@weft/xds-messages/envoy/config/endpoint/v3/endpoint';
import { type LbEndpoint, LbEndpointSchema } from '@weft/xds-messages/envoy/config/endpoint/v3/endpoint_components';
import { filterMetadata, socketAddress } from '../messages/core.ts';
import { endpointWorkload } from '../workload-labels.ts';

/** An address stands once: a gRPC client refuses an assignment that has it twice. Localities carry a weight, without which it ignores them. */
export function loadAssignment(
  clusterName: string,
  port: ServicePortView,
  instances: readonly InstanceView[],
): ClusterLoadAssignment {
  const localities = new Map<string, { endpoints: LbEndpoint[]; weight: number }>();
  const seen = new Set<string>();
  for (const instance of instances) {
    const portValue = instance.ports.get(port.number);
    const key = `${instance.address} ${portValue}`;
    if (portValue === undefined || seen.has(key)) continue;
    seen.add(key);
    const group = localities.get(instance.locality) ?? { endpoints: [], weight: 0 };
    localities.set(instance.locality, group);
    group.endpoints.push(lbEndpoint(instance, portValue));
    group.weight += instance.weight;
  }
  return create(ClusterLoadAssignmentSchema, {
    clusterName,
    endpoints: [...localities.keys()].sort().map((locality) => {
      const [region = '', zone = '', subZone = ''] = locality.split('/');
      const group = localities.get(locality);
      return {
        locality: { region, zone, subZone },
        lbEndpoints: group?.endpoints ?? [],
        loadBalancingWeight: group?.weight ?? 1,
      };
    }),
  });
}

function lbEndpoint(instance: InstanceView, port: number): LbEndpoint {
  return create(LbEndpointSchema, {
    hostIdentifier: { case: 'endpoint', value: { address: socketAddress(instance.address, port) } },
    healthStatus: instance.healthy ? HealthStatus.HEALTHY : HealthStatus.UNHEALTHY,
    loadBalancingWeight: instance.weight,
    metadata: filterMetadata({
      ...(instance.mutualTls ? { 'envoy.transport_socket_match': { tlsMode: 'istio' } } : {}),
      istio: { workload: endpointWorkload(instance.labels, instance.workloadName, instance.namespace) },
    }),
  });
}
