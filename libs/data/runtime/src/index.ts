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
