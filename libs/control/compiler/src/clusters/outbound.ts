/** Clusters for every service port, and for every subset that a DestinationRule makes of it. */

import { create } from '@bufbuild/protobuf';
import { type Any, anyPack } from '@bufbuild/protobuf/wkt';
import type { ServicePortView, ServiceView } from '@weft/control-registry';
import type { TrafficPolicy } from '@weft/model';
import {
  type Cluster,
  Cluster_LbPolicy,
  type Cluster_TransportSocketMatch,
  Cluster_TransportSocketMatchSchema,
  ClusterSchema,
} from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import { HttpProtocolOptionsSchema } from '@weft/xds-messages/envoy/extensions/upstreams/http/v3/http_protocol_options';
import { type Context, clientScope, type Generator, isHttp } from '../context.ts';
import { duration, filterMetadata } from '../messages/core.ts';
import { plainText, upstreamMutualTls } from '../messages/transport-sockets.ts';
import { serverName } from '../names.ts';
import { weftStruct } from '../provenance.ts';
import { type PlannedCluster, plannedClusters } from '../service-clusters.ts';
import { discovery } from './discovery.ts';

const connectTimeoutMs = 10_000;
const httpAlpn = ['istio-http/1.1', 'istio', 'http/1.1'];
const tunnelAlpn = ['istio'];
const httpOptionsKey = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';

export const outboundClusters: Generator = (context) => {
  for (const planned of plannedClusters(context)) {
    const { service, port, name, resources } = planned;
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
        service.identities,
        isEds ? undefined : service.instances,
        ...resources,
      ],
      build: () => ({ message: outboundCluster(context, planned) }),
    });
  }
};

function outboundCluster({ proxy }: Context, planned: PlannedCluster): Cluster {
  const { service, port, subset, name, policy, from } = planned;
  const isEds = service.resolution === 'endpoints';
  const isGrpcClient = proxy.type === 'grpc';
  return create(ClusterSchema, {
    name,
    ...discovery(planned, isGrpcClient),
    connectTimeout: duration(connectTimeoutMs),
    // gRPC clients know round robin alone and refuse a cluster that asks for more.
    lbPolicy: isGrpcClient ? Cluster_LbPolicy.ROUND_ROBIN : lbPolicy(policy),
    // Without this a stock Envoy sends to unhealthy endpoints once half of them are.
    ...(isGrpcClient ? {} : { commonLbConfig: { healthyPanicThreshold: { value: 0 } } }),
    transportSocketMatches:
      isEds && service.meshInternal && !isGrpcClient ? mutualTlsMatches(service, port, subset) : [],
    typedExtensionProtocolOptions: protocolOptions(port),
    metadata: filterMetadata({
      istio: { services: [{ host: service.host, name: service.name, namespace: service.namespace }] },
      weft: weftStruct(from),
    }),
  });
}

/** Mutual TLS for the endpoints that say they take it, plain text for the others. */
function mutualTlsMatches(service: ServiceView, port: ServicePortView, subset: string): Cluster_TransportSocketMatch[] {
  const sni = serverName(port.number, subset, service.host);
  const mutualTls = upstreamMutualTls(sni, service.identities, isHttp(port) ? httpAlpn : tunnelAlpn);
  return [
    create(Cluster_TransportSocketMatchSchema, {
      name: 'tlsMode-istio',
      match: { tlsMode: 'istio' },
      transportSocket: mutualTls,
    }),
    create(Cluster_TransportSocketMatchSchema, {
      name: 'tlsMode-disabled',
      match: {},
      transportSocket: plainText(),
    }),
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
