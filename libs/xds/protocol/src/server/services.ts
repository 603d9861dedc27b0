/** The gRPC services that carry xDS: all types on one stream, or one type a stream. */

import type { DescMethodBiDiStreaming } from '@bufbuild/protobuf';
import type * as grpc from '@grpc/grpc-js';
import { AggregatedDiscoveryService } from '@weft/xds-messages/envoy/service/discovery/v3/ads';
import { serviceDefinition } from '../grpc/service-adapter.ts';
import { xdsTypes } from '../type-urls.ts';

export interface DiscoveryMethod {
  readonly form: 'sotw' | 'delta';
  /** Absent: any type. */
  readonly onlyType?: string;
  readonly definition: grpc.MethodDefinition<object, object>;
}

const { streamAggregatedResources, deltaAggregatedResources } = serviceDefinition(AggregatedDiscoveryService) as Record<
  DescMethodBiDiStreaming['localName'],
  grpc.MethodDefinition<object, object>
>;

/** Service and the plural in its method names. */
const single: readonly (readonly [keyof typeof xdsTypes, string, string])[] = [
  ['CDS', 'envoy.service.cluster.v3.ClusterDiscoveryService', 'Clusters'],
  ['EDS', 'envoy.service.endpoint.v3.EndpointDiscoveryService', 'Endpoints'],
  ['LDS', 'envoy.service.listener.v3.ListenerDiscoveryService', 'Listeners'],
  ['RDS', 'envoy.service.route.v3.RouteDiscoveryService', 'Routes'],
  ['SDS', 'envoy.service.secret.v3.SecretDiscoveryService', 'Secrets'],
];

/** Every method by its path. */
export const discoveryMethods: readonly DiscoveryMethod[] = [
  ...both(undefined, streamAggregatedResources?.path ?? '', deltaAggregatedResources?.path ?? ''),
  ...single.flatMap(([type, service, plural]) =>
    both(xdsTypes[type], `/${service}/Stream${plural}`, `/${service}/Delta${plural}`),
  ),
];

function both(onlyType: string | undefined, streamPath: string, deltaPath: string): DiscoveryMethod[] {
  const typed = onlyType === undefined ? {} : { onlyType };
  return [
    { form: 'sotw', ...typed, definition: at(streamAggregatedResources, streamPath) },
    { form: 'delta', ...typed, definition: at(deltaAggregatedResources, deltaPath) },
  ];
}

function at(
  definition: grpc.MethodDefinition<object, object> | undefined,
  path: string,
): grpc.MethodDefinition<object, object> {
  if (definition === undefined) throw new Error(`the aggregated service has no method for ${path}`);
  return { ...definition, path };
}
