/** The xDS transport protocol: a client, a server, and the adapter between protobuf-es and grpc-js. */
export type { AdsCall, AdsCallOptions, AdsRequest } from './client/ads-call.ts';
export { openAdsCall } from './client/ads-call.ts';
export { createXdsClient } from './client/client.ts';
export type {
  ReceivedResource,
  ResourceUpdate,
  XdsClient,
  XdsClientHandlers,
  XdsClientOptions,
} from './client/types.ts';
export type { ChannelOptions, ClientCertificate } from './grpc/service-adapter.ts';
export { createServiceClient, serviceDefinition, unaryCall } from './grpc/service-adapter.ts';
export type { ClientStatusOptions } from './server/client-status.ts';
export { addClientStatusTo } from './server/client-status.ts';
export { createXdsServer, defaultXdsServerLimits } from './server/server.ts';
export type {
  Accepted,
  ClientStatus,
  LayeredResources,
  OpaqueResource,
  OpaqueSnapshot,
  Refusal,
  ResourcesByName,
  TypeStatus,
  XdsServer,
  XdsServerLimits,
  XdsServerOptions,
} from './server/types.ts';
export type { XdsTypeName } from './type-urls.ts';
export { healthTypeUrl, isWildcardType, pushOrder, shortTypeName, xdsTypes } from './type-urls.ts';
