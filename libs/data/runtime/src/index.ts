/** xDS resources compiled into the tables that requests run on. */
export type {
  Balancer,
  BalancingPolicy,
  BalancingSpec,
  CreateBalancer,
  PickContext,
  SlowStart,
  SubsetSelector,
} from './balancer.ts';
export { refuse, unpack } from './check/refuse.ts';
export type { ResolveDns } from './clusters/dns-refresh.ts';
export type { HealthProbe } from './clusters/health-check.ts';
export type {
  AccessLogKind,
  BodyTransform,
  Callout,
  CalloutAnswer,
  Callouts,
  ConnectionInfo,
  Exchange,
  FilterContext,
  HttpFilter,
  HttpFilterKind,
  NetworkFilterKind,
  PeerCertificate,
  SupportedFields,
} from './filter.ts';
export { filterDisabled } from './filter.ts';
export type { CompiledFormat } from './format/compile-format.ts';
export { commandOperators, compileFormat } from './format/compile-format.ts';
export type { JsonFormatOptions } from './format/compile-json-format.ts';
export { compileJsonFormat } from './format/compile-json-format.ts';
export type { CompiledFormatString } from './format/format-string.ts';
export { compileFormatString, formatStringFields } from './format/format-string.ts';
export { grpcStatusOf, grpcStatusOfHttp } from './format/grpc-status.ts';
export { isoTime, jsonText } from './format/json-text.ts';
export type { FormatOptions } from './format/operand.ts';
export { responseFlags } from './format/response-flags.ts';
export { clusterLimits, dnsAddressesMax } from './limits.ts';
export { unknownWorkload } from './metadata.ts';
export type { Runtime, RuntimeChange, RuntimeOptions, Tables, Wanted } from './runtime.ts';
export { createRuntime } from './runtime.ts';
export type {
  AccessLogTable,
  AttemptOutcome,
  Breaker,
  Cluster,
  ClusterLimits,
  DirectAction,
  Direction,
  DownstreamAddressing,
  DownstreamTls,
  Endpoint,
  FilterChainMatch,
  FilterChainTable,
  ForwardAction,
  ForwardClientCert,
  HeaderMutation,
  HttpHandlerTable,
  InternalRedirect,
  ListenerTable,
  MirrorPolicy,
  NetworkConnection,
  NetworkFilter,
  PathNormalization,
  RateLimitRule,
  RedirectAction,
  Ref,
  RetryPolicy,
  Route,
  RouteFacts,
  RouteRequest,
  RouteTable,
  RouteTarget,
  RouteTracing,
  SanMatcher,
  TcpHandlerTable,
  TlsMaterialRef,
  TracingTable,
  UpstreamHttp,
  UpstreamTls,
  VirtualHostOrigin,
  WorkloadLabels,
} from './tables.ts';
export { retryOnBits } from './tables.ts';
export { ownSecretName, rootsSecretName } from './tls/transport-socket.ts';
