/** Clusters for every service port, and for every subset that a DestinationRule makes of it. */

import { create, type JsonObject, type MessageInitShape } from '@bufbuild/protobuf';
import type { RegistryView } from '@weft/control-registry';
import type { FailureAccrual, MeshConfig } from '@weft/model';
import { type Cluster, ClusterSchema } from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import type { Draft } from '../cache.ts';
import { type Context, type Generator, tunnels } from '../context.ts';
import { bundleScope } from '../endpoints/bundle-scope.ts';
import { localityNeeds } from '../endpoints/locality-rules.ts';
import { mutualTlsKey } from '../endpoints/mutual-tls.ts';
import { duration, filterMetadata } from '../messages/core.ts';
import { namespaceMode } from '../policies/peer-authentication.ts';
import { notice, provenanceOf, weftStruct } from '../provenance.ts';
import {
  clusterScope,
  isReachable,
  type PlannedCluster,
  plannedClusters,
  plansOfChanged,
  usesOriginalDestination,
} from '../service-clusters.ts';
import type { BackendTls } from './backend-tls.ts';
import { circuitBreakers, grpcCircuitBreakers, grpcOutlierDetection, keepalive, outlierDetection } from './circuit.ts';
import { discovery } from './discovery.ts';
import { accrualMetadata, accrualOutlier } from './failure-accrual.ts';
import { grpcTls } from './grpc-tls.ts';
import { protocolOptions, upstreamProtocol } from './http-options.ts';
import { balancing, grpcBalancing } from './load-balancer.ts';
import { mayUseCredentials, upstreamSecurity } from './upstream-tls.ts';

type ClusterInit = Exclude<MessageInitShape<typeof ClusterSchema>, { $typeName: string }>;

export const outboundClusters: Generator = (context) => {
  const { world } = context;
  const planned = plannedClusters(context);
  context.emitAll({
    type: 'cluster',
    scope: bundleScope(context, planned),
    inputs: [planned, world.input.registry, world.input.mesh, world.policies],
    drafts: () => planned.map((each) => clusterDraft(context, each)),
    changed: ([plan, registry, mesh, policies]) =>
      plan === planned && mesh === world.input.mesh && policies === world.policies
        ? plansOfChanged(planned, registry as RegistryView, world.input.registry).map((each) =>
            clusterDraft(context, each),
          )
        : undefined,
  });
};

function clusterDraft(context: Context, planned: PlannedCluster): Draft<'cluster'> {
  const { world, proxy } = context;
  const scope = clusterScope(context);
  const captured = proxy.interception !== 'NONE';
  const { service, port, name, subset, resources, policy } = planned;
  const isEds = service.resolution === 'endpoints' && !usesOriginalDestination(planned, captured);
  const live = world.input.registry.services.get(service.key);
  const locality = isEds ? '' : localityNeeds(context, policy).key;
  return {
    type: 'cluster',
    name,
    scope: locality === '' ? scope : `${scope}|${locality}`,
    inputs: [
      service,
      port,
      subset,
      world.input.mesh,
      namespaceMode(world, service.namespace),
      live?.identities,
      isEds ? undefined : live?.instances,
      isEds ? '' : mutualTlsKey(world, live?.instances ?? [], port.number),
      planned.backendTls?.policy,
      planned.backendTls?.roots,
      JSON.stringify([planned.accrual?.accrual, planned.retryBudget]),
      ...resources,
    ],
    build: () => ({
      message: proxy.type === 'grpc' ? grpcCluster(context, planned) : outboundCluster(context, planned),
      notices: noticesOf(context, planned, captured),
    }),
  };
}

function outboundCluster(context: Context, planned: PlannedCluster): Cluster {
  const { world, proxy } = context;
  const { mesh } = world.input;
  const { port, policy } = planned;
  const { connectionPool } = policy;
  const protocol = upstreamProtocol(port, connectionPool, mesh);
  const toOriginal = usesOriginalDestination(planned, proxy.interception !== 'NONE');
  const { autoSni, autoSanValidation, ...sockets } = upstreamSecurity(context, planned, {
    alpn: alpnOf(context, planned, protocol === 'http2'),
    http2: protocol === 'http2',
    http: protocol !== 'none',
    originalDestination: toOriginal,
  });
  return create(ClusterSchema, {
    name: planned.name,
    ...(toOriginal ? {} : balancing(policy.loadBalancer)),
    ...discovery(context, planned),
    ...common(planned, mesh),
    // Without this a stock Envoy sends to unhealthy endpoints once half of them are.
    commonLbConfig: {
      healthyPanicThreshold: { value: policy.outlierDetection?.minHealthPercent ?? 0 },
      ...(weighsLocalities(context, planned) ? { localityConfigSpecifier: weighted } : {}),
    },
    circuitBreakers: circuitBreakers(
      planned.retryBudget === undefined ? policy : { retryBudget: planned.retryBudget, ...policy },
    ),
    ...outliers(planned),
    ...keepalive(connectionPool, mesh),
    ...sockets,
    typedExtensionProtocolOptions: protocolOptions({
      protocol,
      pool: connectionPool,
      ...(autoSni === undefined ? {} : { autoSni }),
      ...(autoSanValidation === undefined ? {} : { autoSanValidation }),
    }),
  });
}

/** A DestinationRule before the annotation. */
function outliers(planned: PlannedCluster): Pick<ClusterInit, 'outlierDetection'> {
  const { outlierDetection: rules } = planned.policy;
  if (rules !== undefined) return { outlierDetection: outlierDetection(rules) };
  const accrual = accrualOf(planned);
  return accrual === undefined ? {} : { outlierDetection: accrualOutlier(accrual) };
}

/** Of bytes there are no answers that could fail. */
function accrualOf({ accrual, port, policy }: PlannedCluster): FailureAccrual | undefined {
  const http = port.sniffed || port.protocol === 'http' || port.protocol === 'http2' || port.protocol === 'grpc';
  return http && policy.outlierDetection === undefined ? accrual?.accrual : undefined;
}

const weighted = { case: 'localityWeightedLbConfig', value: {} } as const;

/** Proxyless clients refuse a cluster that asks for what they do not know. */
function grpcCluster(context: Context, planned: PlannedCluster): Cluster {
  const { policy } = planned;
  const breakers = grpcCircuitBreakers(policy.connectionPool);
  return create(ClusterSchema, {
    name: planned.name,
    ...grpcBalancing(policy.loadBalancer),
    ...discovery(context, planned),
    ...common(planned, context.world.input.mesh),
    ...(breakers === undefined ? {} : { circuitBreakers: breakers }),
    ...(policy.outlierDetection === undefined
      ? {}
      : { outlierDetection: grpcOutlierDetection(policy.outlierDetection) }),
    ...grpcTls(context, planned),
    typedExtensionProtocolOptions: protocolOptions({
      protocol: upstreamProtocol(planned.port, undefined, context.world.input.mesh) === 'http2' ? 'http2' : 'none',
      pool: undefined,
    }),
  });
}

/** What is known of it besides who is behind it and how it is talked to. */
export function common(planned: PlannedCluster, mesh: MeshConfig): Pick<ClusterInit, 'connectTimeout' | 'metadata'> {
  const accrual = accrualOf(planned);
  const failureAccrual = accrual === undefined ? undefined : accrualMetadata(accrual);
  return {
    connectTimeout: duration(planned.policy.connectionPool?.tcp?.connectTimeoutMs ?? mesh.connectTimeoutMs),
    metadata: filterMetadata({
      istio: istioMetadata(planned),
      weft: weftStruct(planned.from, failureAccrual === undefined ? {} : { failure_accrual: failureAccrual }),
    }),
  };
}

/** As Istio's clusters say it: the rule, the subset, the service; metrics and logs read it. */
function istioMetadata({ service, subset, resources }: PlannedCluster): JsonObject {
  const [rule] = resources;
  return {
    ...(rule === undefined
      ? {}
      : { config: `/apis/networking.istio.io/v1/namespaces/${rule.namespace}/destination-rule/${rule.name}` }),
    services: [{ host: service.host, name: service.name, namespace: service.namespace }],
    ...(subset === '' ? {} : { subset }),
  };
}

const alpn = {
  http1: ['istio-http/1.1', 'istio', 'http/1.1'],
  http2: ['istio-h2', 'istio', 'h2'],
  tcp: ['istio'],
};

/** Peers tell by these names what is inside; what is tunnelled, or not declared, is bytes to them. */
function alpnOf(context: Context, { port }: PlannedCluster, http2: boolean): readonly string[] {
  if (port.protocol === 'http') return http2 ? alpn.http2 : alpn.http1;
  return http2 && !tunnels(context) ? alpn.http2 : alpn.tcp;
}

function weighsLocalities(context: Context, { policy }: PlannedCluster): boolean {
  return context.proxy.locality !== '' && localityNeeds(context, policy).rules?.distribute !== undefined;
}

function noticesOf({ proxy }: Context, planned: PlannedCluster, captured: boolean): readonly string[] {
  const { policy, from, service, backendTls } = planned;
  if (!isReachable(service, captured)) return [];
  const about = backendTls === undefined ? [] : backendTlsNotices(proxy.type, planned, backendTls);
  if (planned.resources.length === 0) return about;
  const found: string[] = [];
  if (planned.accrual !== undefined && policy.outlierDetection !== undefined) {
    const { namespace, name } = planned.accrual.service;
    found.push(
      `its outlierDetection holds for ${service.host}; the failure accrual of Service ${namespace}/${name} is not used`,
    );
  }
  if (policy.loadBalancer?.simple === 'PASSTHROUGH' && !captured) {
    found.push('PASSTHROUGH needs captured connections, which this proxy has not; LEAST_REQUEST is used');
  }
  if (policy.tls?.credentialName !== undefined && !mayUseCredentials(proxy.type, planned)) {
    found.push(
      'credentialName holds for gateways, and for sidecars that a workloadSelector names; it is not used here',
    );
  }
  return [...about, ...found.map((sentence) => notice(from, sentence))];
}

function backendTlsNotices(
  type: Context['proxy']['type'],
  { policy, resources, service, port }: PlannedCluster,
  backendTls: BackendTls,
): readonly string[] {
  const from = provenanceOf(backendTls.policy, '');
  const what = `${service.host} port ${port.number}`;
  const [rule] = resources;
  if (policy.tls !== undefined && rule !== undefined) {
    const whose = `DestinationRule ${rule.namespace}/${rule.name}`;
    return [notice(from, `is not used for ${what}: ${whose} says by its own tls how to connect`)];
  }
  if (type === 'grpc')
    return [notice(from, `is not used by proxyless clients of ${what}: they have no TLS of their own`)];
  if (backendTls.roots !== '') return [];
  return [notice(from, `leads to no CA certificate: connections to ${what} fail`)];
}
