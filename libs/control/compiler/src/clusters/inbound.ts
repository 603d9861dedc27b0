/** Clusters from a sidecar to its own application, with the probe of its WorkloadGroup. */

import { create } from '@bufbuild/protobuf';
import type { WorkloadProbe } from '@weft/model';
import { type Cluster, Cluster_DiscoveryType, ClusterSchema } from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import { type HealthCheck, HealthCheckSchema } from '@weft/xds-messages/envoy/config/core/v3/health_check';
import type { Generator } from '../context.ts';
import { type IngressTarget, ingressTargets, workloadGroupOf } from '../ingress.ts';
import { duration, filterMetadata, socketAddress } from '../messages/core.ts';
import { inboundClusterName } from '../names.ts';
import { weftStruct } from '../provenance.ts';

const connectTimeoutMs = 10_000;

export const inboundClusters: Generator = (context) => {
  const { proxy } = context;
  if (proxy.type !== 'sidecar') return;
  const targets = ingressTargets(context);
  const probe = workloadGroupOf(context)?.spec.probe;
  const probed = probe === undefined ? undefined : probedTarget(targets, probe);
  for (const target of targets) {
    const ownProbe = target === probed ? probe : undefined;
    const { from, applicationHost, applicationPort } = target;
    context.emit({
      type: 'cluster',
      name: inboundClusterName(applicationPort),
      scope: proxy.id,
      inputs: [
        applicationHost,
        from.file,
        from.line,
        from.resource,
        ownProbe,
        target.services.map((service) => `${service.host} ${service.name} ${service.namespace}`).join(';'),
      ],
      build: () => ({ message: inboundCluster(target, ownProbe) }),
    });
  }
};

/** The probe names a port as Istio's does, the application's; where none has it, the Service's; else the first. One port is probed. */
function probedTarget(targets: readonly IngressTarget[], probe: WorkloadProbe): IngressTarget | undefined {
  const port = probe.httpGet?.port ?? probe.tcpSocket?.port ?? 0;
  return (
    targets.find((target) => target.applicationPort === port) ??
    targets.find((target) => target.servicePorts.includes(port)) ??
    targets[0]
  );
}

function inboundCluster(target: IngressTarget, probe: WorkloadProbe | undefined): Cluster {
  const name = inboundClusterName(target.applicationPort);
  return create(ClusterSchema, {
    name,
    clusterDiscoveryType: { case: 'type', value: Cluster_DiscoveryType.STATIC },
    connectTimeout: duration(connectTimeoutMs),
    loadAssignment: {
      clusterName: name,
      endpoints: [
        {
          lbEndpoints: [
            {
              hostIdentifier: {
                case: 'endpoint',
                value: { address: socketAddress(target.applicationHost, target.applicationPort) },
              },
            },
          ],
        },
      ],
    },
    healthChecks: probe === undefined ? [] : [healthCheck(probe)],
    metadata: filterMetadata({
      istio: { services: target.services.map(({ host, name, namespace }) => ({ host, name, namespace })) },
      weft: weftStruct({ ...target.from, rule: target.from.rule || `port ${target.ingress.name}` }),
    }),
  });
}

/** Kubernetes' defaults of a probe. */
const probeDefaults = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 };

function healthCheck(probe: WorkloadProbe): HealthCheck {
  const values = { ...probeDefaults, ...probe };
  const get = probe.httpGet;
  return create(HealthCheckSchema, {
    timeout: duration(values.timeoutSeconds * 1000),
    interval: duration(values.periodSeconds * 1000),
    healthyThreshold: values.successThreshold,
    unhealthyThreshold: values.failureThreshold,
    healthChecker:
      get === undefined
        ? { case: 'tcpHealthCheck', value: {} }
        : { case: 'httpHealthCheck', value: { path: get.path, ...(get.host === undefined ? {} : { host: get.host }) } },
  });
}
