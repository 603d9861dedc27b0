/** Clusters for every service port, and for every subset that a DestinationRule makes of it. */

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { type Any, anyPack } from '@bufbuild/protobuf/wkt';
import type { ServicePortView, ServiceView } from '@weft/control-registry';
import type { TrafficPolicy } from '@weft/model';
import {
  type Cluster,
  Cluster_DiscoveryType,
  Cluster_LbPolicy,
  ClusterSchema,
} from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import { HttpProtocolOptionsSchema } from '@weft/xds-messages/envoy/extensions/upstreams/http/v3/http_protocol_options';
import { type Context, clientScope, type Generator, isHttp } from '../context.ts';
import { loadAssignment } from '../endpoints/load-assignment.ts';
import { adsSource, duration, filterMetadata } from '../messages/core.ts';
import { plainText, upstreamMutualTls } from '../messages/transport-sockets.ts';
import { serverName } from '../names.ts';
import { weftStruct } from '../provenance.ts';
import { instancesOf, type PlannedCluster, plannedClusters } from '../service-clusters.ts';

const connectTimeoutMs = 10_000;
const httpAlpn = ['istio-http/1.1', 'istio', 'http/1.1'];
const tunnelAlpn = ['istio'];
const httpOptionsKey = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';

export const outboundClusters: Generator = (context) => {
  for (const planned of plannedClusters(context)) {
    const { service, port, name, resources } = planned;
    const identities = [...new Set(service.instances.map((instance) => instance.spiffeId).filter(Boolean))].sort();
    const isEds = service.resolution === 'endpoints';
    context.emit({
      type: 'cluster',
      name,
      scope: clientScope(context),
      inputs: [
        port,
        service.namespace,
        service.name,
        service.meshInternal,
        service.resolution,
        identities.join(' '),
        isEds ? undefined : service.instances,
        ...resources,
      ],
      build: () => ({ message: outboundCluster(context, planned, identities) }),
    });
  }
};

function outboundCluster({ proxy }: Context, planned: PlannedCluster, identities: readonly string[]): Cluster {
  const { service, port, subset, name, policy, from } = planned;
  const isEds = service.resolution === 'endpoints';
  const isGrpcClient = proxy.type === 'grpc';
  return create(ClusterSchema, {
    name,
    clusterDiscoveryType: {
      case: 'type',
      value: isEds ? Cluster_DiscoveryType.EDS : Cluster_DiscoveryType.STRICT_DNS,
    },
    ...(isEds
      ? { edsClusterConfig: { edsConfig: adsSource(), serviceName: name } }
      : { loadAssignment: loadAssignment(name, port, instancesOf(planned)) }),
    connectTimeout: duration(connectTimeoutMs),
    // gRPC clients know round robin alone and refuse a cluster that asks for more.
    lbPolicy: isGrpcClient ? Cluster_LbPolicy.ROUND_ROBIN : lbPolicy(policy),
    // Without this a stock Envoy sends to unhealthy endpoints once half of them are.
    ...(isGrpcClient ? {} : { commonLbConfig: { healthyPanicThreshold: { value: 0 } } }),
    transportSocketMatches:
      isEds && service.meshInternal && !isGrpcClient ? mutualTlsMatches(service, port, subset, identities) : [],
    typedExtensionProtocolOptions: protocolOptions(port),
    metadata: filterMetadata({
      istio: { services: [{ host: service.host, name: service.name, namespace: service.namespace }] },
      weft: weftStruct(from),
    }),
  });
}

/** Mutual TLS for the endpoints that say they take it, plain text for the others. */
function mutualTlsMatches(
  service: ServiceView,
  port: ServicePortView,
  subset: string,
  identities: readonly string[],
): MessageInitShape<typeof ClusterSchema>['transportSocketMatches'] & object {
  const sni = serverName(port.number, subset, service.host);
  return [
    {
      name: 'tlsMode-istio',
      match: { tlsMode: 'istio' },
      transportSocket: upstreamMutualTls(sni, identities, isHttp(port) ? httpAlpn : tunnelAlpn),
    },
    { name: 'tlsMode-disabled', match: {}, transportSocket: plainText() },
  ];
}

function lbPolicy(policy: TrafficPolicy | undefined): Cluster_LbPolicy {
  switch (policy?.loadBalancer?.simple) {
    case 'ROUND_ROBIN':
      return Cluster_LbPolicy.ROUND_ROBIN;
    case 'RANDOM':
      return Cluster_LbPolicy.RANDOM;
    default:
      return Cluster_LbPolicy.LEAST_REQUEST;
  }
}

function protocolOptions(port: ServicePortView): Record<string, Any> {
  if (port.protocol !== 'grpc' && port.protocol !== 'http2') return {};
  const options = create(HttpProtocolOptionsSchema, {
    upstreamProtocolOptions: {
      case: 'explicitHttpConfig',
      value: { protocolConfig: { case: 'http2ProtocolOptions', value: {} } },
    },
  });
  return { [httpOptionsKey]: anyPack(HttpProtocolOptionsSchema, options) };
}
