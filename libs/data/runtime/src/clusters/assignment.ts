/** ClusterLoadAssignments: the endpoints of a cluster as they are written. */

import type { JsonObject } from '@bufbuild/protobuf';
import type { Address } from '@weft/xds-messages/envoy/config/core/v3/address';
import { SocketAddress_Protocol as Protocol } from '@weft/xds-messages/envoy/config/core/v3/address';
import { HealthStatus } from '@weft/xds-messages/envoy/config/core/v3/health_check';
import type { ClusterLoadAssignment } from '@weft/xds-messages/envoy/config/endpoint/v3/endpoint';
import type {
  Endpoint_HealthCheckConfig as HealthCheckConfig,
  LbEndpoint,
  LocalityLbEndpoints,
} from '@weft/xds-messages/envoy/config/endpoint/v3/endpoint_components';
import { refuse } from '../check/refuse.ts';
import { endpointWorkload } from '../metadata.ts';
import type { WorkloadLabels } from '../tables/cluster.ts';
import type { CheckedEndpoint } from './cluster-health.ts';
import { lbMetadataOf } from './subset-spec.ts';

/** One endpoint before its cluster says how to secure it. */
export interface EndpointSpec {
  /** An IP address, or a name where the cluster resolves names. */
  readonly address: string;
  readonly port: number;
  readonly hostname: string;
  readonly weight: number;
  readonly priority: number;
  readonly locality: string;
  readonly localityWeight: number;
  readonly lbMetadata: Readonly<Record<string, string>>;
  readonly healthy: boolean;
  readonly degraded: boolean;
  readonly workload: WorkloadLabels;
  readonly check: CheckedEndpoint['check'];
  /** `filter_metadata["envoy.transport_socket_match"]`. */
  readonly transportMatch: JsonObject;
}

export interface AssignmentSpec {
  readonly endpoints: readonly EndpointSpec[];
  /** Percent. */
  readonly overprovisioningFactor: number;
}

/** Envoy's. */
const overprovisioningFactor = 140;
/** Envoy's bound of `priority`. */
const priorityMax = 128;

export const emptyAssignment: AssignmentSpec = { endpoints: [], overprovisioningFactor };

/** @throws WeftError `config_rejected` */
export function compileAssignment(assignment: ClusterLoadAssignment, where: string): AssignmentSpec {
  const { policy } = assignment;
  const factor = policy?.overprovisioningFactor ?? overprovisioningFactor;
  if (factor < 1) refuse(where, 'policy.overprovisioning_factor must be over 0');
  const endpoints: EndpointSpec[] = [];
  for (const locality of assignment.endpoints) compileLocality(locality, endpoints, where);
  checkPriorities(endpoints, where);
  return { endpoints, overprovisioningFactor: factor };
}

function compileLocality(given: LocalityLbEndpoints, into: EndpointSpec[], where: string): void {
  const { priority, locality } = given;
  if (priority > priorityMax) refuse(where, `endpoints.priority must be ${priorityMax} or less`);
  if (given.lbConfig.case === 'ledsClusterLocalityConfig')
    refuse(where, 'leds_cluster_locality_config is not supported');
  const listed = given.lbConfig.case === 'loadBalancerEndpoints' ? given.lbConfig.value.lbEndpoints : given.lbEndpoints;
  const shared = {
    priority,
    locality: locality === undefined ? '' : `${locality.region}/${locality.zone}/${locality.subZone}`,
    localityWeight: given.loadBalancingWeight ?? 0,
  };
  for (const endpoint of listed) into.push(compileEndpoint(endpoint, shared, where));
}

/** As Envoy: levels begin with 0 and none is left out. */
function checkPriorities(endpoints: readonly EndpointSpec[], where: string): void {
  const levels = new Set(endpoints.map(({ priority }) => priority));
  for (let level = 0; level < levels.size; level += 1) {
    if (!levels.has(level)) refuse(where, `endpoints.priority ${level} is left out`);
  }
}

function compileEndpoint(
  given: LbEndpoint,
  shared: Pick<EndpointSpec, 'priority' | 'locality' | 'localityWeight'>,
  where: string,
): EndpointSpec {
  if (given.hostIdentifier.case !== 'endpoint') return refuse(where, 'an endpoint is missing');
  const endpoint = given.hostIdentifier.value;
  const { address, port } = compileAddress(endpoint.address, where);
  const at = `${where}: endpoint ${address}`;
  const weight = given.loadBalancingWeight ?? 1;
  if (weight < 1) refuse(at, 'load_balancing_weight must be over 0');
  if (endpoint.additionalAddresses.length > 0) refuse(at, 'additional_addresses is not supported');
  const metadata = given.metadata?.filterMetadata;
  return {
    address,
    port,
    hostname: endpoint.hostname,
    weight,
    ...shared,
    lbMetadata: lbMetadataOf(metadata?.['envoy.lb']),
    healthy: isHealthy(given.healthStatus, at),
    degraded: given.healthStatus === HealthStatus.DEGRADED,
    workload: endpointWorkload(given.metadata),
    check: compileCheck(endpoint.healthCheckConfig, at),
    transportMatch: metadata?.['envoy.transport_socket_match'] ?? {},
  };
}

/** @returns port 0 for the path of a Unix socket. @throws WeftError `config_rejected` for what is neither that nor a TCP address with a port. */
function compileAddress(
  given: Address | undefined,
  where: string,
): { readonly address: string; readonly port: number } {
  const socket = given?.address;
  if (socket?.case === 'pipe') {
    const { path } = socket.value;
    if (!/^[/@]./.test(path)) refuse(where, `endpoint ${path}: pipe.path is an absolute path or "@name"`);
    return { address: path, port: 0 };
  }
  if (socket?.case !== 'socketAddress') return refuse(where, 'an endpoint has no socket_address');
  const { address, portSpecifier, protocol, resolverName } = socket.value;
  if (protocol !== Protocol.TCP) refuse(where, `endpoint ${address}: only TCP is supported`);
  if (resolverName !== '') refuse(where, `endpoint ${address}: resolver_name is not supported`);
  if (portSpecifier.case !== 'portValue' || portSpecifier.value < 1 || portSpecifier.value > 65_535) {
    return refuse(where, `endpoint ${address}: port_value must be 1 to 65535`);
  }
  return { address, port: portSpecifier.value };
}

const sameAsEndpoint: CheckedEndpoint['check'] = { port: 0, address: '', hostname: '', disabled: false };

function compileCheck(given: HealthCheckConfig | undefined, where: string): CheckedEndpoint['check'] {
  if (given === undefined) return sameAsEndpoint;
  if (given.portValue > 65_535) refuse(where, 'health_check_config.port_value must be 65535 or less');
  const other = given.address === undefined ? undefined : compileAddress(given.address, where);
  return {
    port: other?.port ?? given.portValue,
    address: other?.address ?? '',
    hostname: given.hostname,
    disabled: given.disableActiveHealthCheck,
  };
}

function isHealthy(status: HealthStatus, where: string): boolean {
  switch (status) {
    case HealthStatus.UNKNOWN:
    case HealthStatus.HEALTHY:
    case HealthStatus.DEGRADED:
      return true;
    case HealthStatus.UNHEALTHY:
    case HealthStatus.DRAINING:
    case HealthStatus.TIMEOUT:
      return false;
    default:
      return refuse(where, `health_status ${status} is not supported`);
  }
}
