/** Instances as endpoints, grouped by locality, the preferred first. */

import { create } from '@bufbuild/protobuf';
import type { InstanceView, ServicePortView } from '@weft/control-registry';
import { HealthStatus } from '@weft/xds-messages/envoy/config/core/v3/health_check';
import {
  type ClusterLoadAssignment,
  ClusterLoadAssignmentSchema,
} from '@weft/xds-messages/envoy/config/endpoint/v3/endpoint';
import { type LbEndpoint, LbEndpointSchema } from '@weft/xds-messages/envoy/config/endpoint/v3/endpoint_components';
import { endpointAddress, filterMetadata } from '../messages/core.ts';
import { endpointWorkload } from '../workload-labels.ts';
import { localityGroups } from './locality-priority.ts';
import type { LocalityNeeds } from './locality-rules.ts';
import type { TakesMutualTls } from './mutual-tls.ts';

/** An address stands once: a gRPC client refuses an assignment that has it twice. Localities carry a weight, without which it ignores them. */
export function loadAssignment(
  clusterName: string,
  port: ServicePortView,
  instances: readonly InstanceView[],
  { rules, failover, client }: Pick<LocalityNeeds, 'rules' | 'failover' | 'client'>,
  takes: TakesMutualTls,
): ClusterLoadAssignment {
  const seen = new Set<string>();
  const distinct = instances.filter((instance) => {
    const key = `${instance.address} ${instance.ports.get(port.number)}`;
    const fresh = instance.ports.has(port.number) && !seen.has(key);
    seen.add(key);
    return fresh;
  });
  return create(ClusterLoadAssignmentSchema, {
    clusterName,
    endpoints: localityGroups(distinct, client, rules, failover).map(({ locality, members, weight, priority }) => {
      const [region = '', zone = '', subZone = ''] = locality.split('/');
      return {
        locality: { region, zone, subZone },
        lbEndpoints: members.map((instance) => lbEndpoint(instance, instance.ports.get(port.number) ?? 0, takes)),
        loadBalancingWeight: Math.max(1, weight),
        priority,
      };
    }),
  });
}

function lbEndpoint(instance: InstanceView, port: number, takes: TakesMutualTls): LbEndpoint {
  return create(LbEndpointSchema, {
    hostIdentifier: { case: 'endpoint', value: { address: endpointAddress(instance.address, port) } },
    healthStatus: instance.healthy ? HealthStatus.HEALTHY : HealthStatus.UNHEALTHY,
    loadBalancingWeight: instance.weight,
    metadata: filterMetadata({
      ...(takes(instance, port) ? { 'envoy.transport_socket_match': { tlsMode: 'istio' } } : {}),
      istio: { workload: endpointWorkload(instance.labels, instance.workloadName, instance.namespace) },
    }),
  });
}
