/** ClusterLoadAssignments: the endpoints of a cluster as they are written. */

import type { JsonObject } from '@bufbuild/protobuf';
import { HealthStatus } from '@weft/xds-messages/envoy/config/core/v3/health_check';
import type { ClusterLoadAssignment } from '@weft/xds-messages/envoy/config/endpoint/v3/endpoint';
import type { LbEndpoint } from '@weft/xds-messages/envoy/config/endpoint/v3/endpoint_components';
import { refuse } from '../check/refuse.ts';
import { endpointWorkload } from '../metadata.ts';
import type { WorkloadLabels } from '../tables.ts';

/** One endpoint before its cluster says how to secure it. */
export interface EndpointSpec {
  /** An IP address, or a name where the cluster resolves names. */
  readonly address: string;
  readonly port: number;
  readonly weight: number;
  readonly healthy: boolean;
  readonly workload: WorkloadLabels;
  /** `filter_metadata["envoy.transport_socket_match"]`. */
  readonly transportMatch: JsonObject;
}

/** @throws WeftError `config_rejected` */
export function compileAssignment(assignment: ClusterLoadAssignment, where: string): readonly EndpointSpec[] {
  const specs: EndpointSpec[] = [];
  for (const locality of assignment.endpoints) {
    if (locality.priority !== 0) refuse(where, 'endpoints.priority over 0 is not supported');
    for (const endpoint of locality.lbEndpoints) specs.push(compileEndpoint(endpoint, where));
  }
  return specs;
}

function compileEndpoint(endpoint: LbEndpoint, where: string): EndpointSpec {
  if (endpoint.hostIdentifier.case !== 'endpoint') return refuse(where, 'an endpoint is missing');
  const socket = endpoint.hostIdentifier.value.address?.address;
  if (socket?.case !== 'socketAddress') return refuse(where, 'an endpoint has no socket_address');
  const { address, portSpecifier } = socket.value;
  if (portSpecifier.case !== 'portValue' || portSpecifier.value < 1 || portSpecifier.value > 65_535) {
    return refuse(where, `endpoint ${address}: port_value must be 1 to 65535`);
  }
  const weight = endpoint.loadBalancingWeight ?? 1;
  if (weight < 1) refuse(where, `endpoint ${address}: load_balancing_weight must be over 0`);
  return {
    address,
    port: portSpecifier.value,
    weight,
    healthy: isHealthy(endpoint.healthStatus, `${where}: endpoint ${address}`),
    workload: endpointWorkload(endpoint.metadata),
    transportMatch: endpoint.metadata?.filterMetadata['envoy.transport_socket_match'] ?? {},
  };
}

function isHealthy(status: HealthStatus, where: string): boolean {
  switch (status) {
    case HealthStatus.UNKNOWN:
    case HealthStatus.HEALTHY:
      return true;
    case HealthStatus.UNHEALTHY:
    case HealthStatus.DRAINING:
    case HealthStatus.TIMEOUT:
      return false;
    default:
      return refuse(where, `health_status ${status} is not supported`);
  }
}
