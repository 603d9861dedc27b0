/** Clusters from a sidecar to its own application, with the probe of its WorkloadGroup. */

import { create } from '@bufbuild/protobuf';
import type { ConnectionPool, MeshConfig, WorkloadProbe } from '@weft/model';
import { type Cluster, Cluster_DiscoveryType, ClusterSchema } from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import { HeaderValueOptionSchema } from '@weft/xds-messages/envoy/config/core/v3/base';
import {
  type HealthCheck,
  HealthCheck_GrpcHealthCheckSchema,
  HealthCheck_HttpHealthCheckSchema,
  HealthCheck_TcpHealthCheckSchema,
  HealthCheckSchema,
} from '@weft/xds-messages/envoy/config/core/v3/health_check';
import type { Context, Generator } from '../context.ts';
import { effectivePolicy } from '../destination-rules.ts';
import { type IngressTarget, ingressTargets, workloadGroupOf } from '../ingress.ts';
import { duration, endpointAddress, filterMetadata } from '../messages/core.ts';
import { inboundClusterName } from '../names.ts';
import { weftStruct } from '../provenance.ts';
import { circuitBreakers, keepalive } from './circuit.ts';
import { protocolOptions, upstreamProtocol } from './http-options.ts';

export const inboundClusters: Generator = (context) => {
  const { proxy } = context;
  if (proxy.type !== 'sidecar') return;
  const targets = ingressTargets(context);
  const probe = workloadGroupOf(context)?.spec.probe;
  const probed = probe === undefined ? undefined : probedTarget(targets, probe);
  for (const target of targets) {
    const ownProbe = target === probed ? probe : undefined;
    const { from, applicationHost, applicationPort, workloadPort } = target;
    const { mesh } = context.world.input;
    const pool = poolOf(context, target);
    context.emit({
      type: 'cluster',
      name: inboundClusterName(workloadPort),
      scope: proxy.id,
      inputs: [
        applicationHost,
        applicationPort,
        target.protocol,
        target.sniffed,
        mesh,
        pool,
        from.file,
        from.line,
        from.resource,
        ownProbe,
        target.services.map((service) => `${service.host} ${service.name} ${service.namespace}`).join(';'),
      ],
      build: () => ({ message: inboundCluster(target, pool, mesh, ownProbe) }),
    });
  }
};

/** The Sidecar's, else that of the DestinationRule of the first service: of such a rule nothing else holds for the inbound side. */
function poolOf({ world, proxy }: Context, target: IngressTarget): ConnectionPool | undefined {
  const [service] = target.services;
  if (target.connectionPool !== undefined || service === undefined) return target.connectionPool;
  const policy = world.policy(service.host, proxy.namespace, service.namespace);
  return effectivePolicy(policy, '', target.servicePorts[0] ?? target.port).connectionPool;
}

/** The probe names a port as Istio's does, the application's; where none has it, the Service's; else the first. One port is probed. */
function probedTarget(targets: readonly IngressTarget[], probe: WorkloadProbe): IngressTarget | undefined {
  const port = probe.httpGet?.port ?? probe.tcpSocket?.port ?? probe.grpc?.port ?? 0;
  return (
    targets.find((target) => target.applicationPort === port) ??
    targets.find((target) => target.servicePorts.includes(port)) ??
    targets[0]
  );
}

function inboundCluster(
  target: IngressTarget,
  pool: ConnectionPool | undefined,
  mesh: MeshConfig,
  probe: WorkloadProbe | undefined,
): Cluster {
  const name = inboundClusterName(target.workloadPort);
  const { from, kind } = target;
  // Its own ports that are not HTTP/1 carry tunnelled bytes.
  const protocol = kind === 'own' && target.protocol !== 'http' ? 'none' : upstreamProtocol(target, pool, mesh);
  return create(ClusterSchema, {
    name,
    clusterDiscoveryType: { case: 'type', value: Cluster_DiscoveryType.STATIC },
    connectTimeout: duration(pool?.tcp?.connectTimeoutMs ?? mesh.connectTimeoutMs),
    loadAssignment: {
      clusterName: name,
      endpoints: [
        {
          lbEndpoints: [
            {
              hostIdentifier: {
                case: 'endpoint',
                value: { address: endpointAddress(target.applicationHost, target.applicationPort) },
              },
            },
          ],
        },
      ],
    },
    healthChecks: probe === undefined ? [] : [healthCheck(probe, protocol === 'http2')],
    metadata: filterMetadata({
      istio: { services: target.services.map(({ host, name, namespace }) => ({ host, name, namespace })) },
      weft: weftStruct(from),
    }),
    circuitBreakers: circuitBreakers(pool === undefined ? {} : { connectionPool: pool }),
    ...keepalive(pool, mesh),
    typedExtensionProtocolOptions: protocolOptions({ protocol, pool }),
  });
}

/** Kubernetes' defaults of a probe. */
const probeDefaults = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 };

/** @param http2 of the cluster: Envoy refuses a check by gRPC without it, and then it is seen whether the port takes connections. */
function healthCheck(probe: WorkloadProbe, http2: boolean): HealthCheck {
  const values = { ...probeDefaults, ...probe };
  return create(HealthCheckSchema, {
    timeout: duration(values.timeoutSeconds * 1000),
    interval: duration(values.periodSeconds * 1000),
    // A stock Envoy would look once a minute only at an application that nobody calls.
    noTrafficInterval: duration(values.periodSeconds * 1000),
    healthyThreshold: values.successThreshold,
    unhealthyThreshold: values.failureThreshold,
    healthChecker: healthChecker(probe, http2),
  });
}

function healthChecker({ httpGet, grpc }: WorkloadProbe, http2: boolean): HealthCheck['healthChecker'] {
  if (httpGet !== undefined) {
    const requestHeadersToAdd = (httpGet.httpHeaders ?? []).map(({ name, value = '' }) =>
      create(HeaderValueOptionSchema, { header: { key: name, value }, keepEmptyValue: true }),
    );
    const host = httpGet.host === undefined ? {} : { host: httpGet.host };
    const value = create(HealthCheck_HttpHealthCheckSchema, {
      ...{ path: httpGet.path, ...host, requestHeadersToAdd },
      // As a kubelet judges.
      expectedStatuses: [{ start: 200n, end: 400n }],
    });
    return { case: 'httpHealthCheck', value };
  }
  if (grpc !== undefined && http2) {
    return {
      case: 'grpcHealthCheck',
      value: create(HealthCheck_GrpcHealthCheckSchema, { serviceName: grpc.service ?? '' }),
    };
  }
  return { case: 'tcpHealthCheck', value: create(HealthCheck_TcpHealthCheckSchema, {}) };
}
