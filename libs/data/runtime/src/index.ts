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
export type { Callout, CalloutAnswer, Callouts } from './callouts.ts';
export { formatStringFields } from './check/format-fields.ts';
export { refuse, unpack } from './check/refuse.ts';
export { supportedParts } from './check/supported-fields.ts';
export type {
  CheckedEndpoint,
  ClusterHealth,
  ClusterHealthView,
  CreateClusterHealth,
  HealthPart,
  HealthSubject,
  OutlierBounds,
  SuccessRateBounds,
  SuccessRates,
} from './clusters/cluster-health.ts';
export type { ResolveDns } from './clusters/dns-refresh.ts';
export type { GrpcCheck, HealthProbe, HttpCheck, TcpCheck } from './clusters/health-check.ts';
export { hostPortOf } from './clusters/living-endpoint.ts';
export type { EjectionKind, OutlierSpec } from './clusters/outlier-spec.ts';
export type { FailureAccrualSpec } from './clusters/weft-options.ts';
export type { ConnectionInfo, PeerCertificate } from './connection-info.ts';
export { milliseconds } from './duration.ts';
export type { BodyTransform, DynamicMetadata, Exchange } from './exchange.ts';
export type {
  AccessLogKind,
  FilterContext,
  HttpFilter,
  HttpFilterKind,
  NetworkFilterKind,
  SupportedFields,
} from './filter.ts';
export { filterDisabled, levelsAbove } from './filter.ts';
export type { CompiledFormat } from './format/compile-format.ts';
export { commandOperators, compileFormat } from './format/compile-format.ts';
export type { JsonFormatOptions } from './format/compile-json-format.ts';
export { compileJsonFormat } from './format/compile-json-format.ts';
export type { CompiledFormatString } from './format/format-string.ts';
export { compileFormatString } from './format/format-string.ts';
export { grpcStatusOf, grpcStatusOfHttp } from './format/grpc-status.ts';
export { isoTime, jsonText } from './format/json-text.ts';
export type { FormatOptions } from './format/operand.ts';
export { responseFlags } from './format/response-flags.ts';
export {
  type AddressOctets,
  addressText,
  createAddress,
  maskAddress,
  readAddress,
  withoutPortOf,
} from './matchers/address.ts';
export { type AddressTest, compileCidrTest, compileCidrTextTest } from './matchers/cidr-matcher.ts';
export { requestOf } from './matchers/exchange-request.ts';
export { runtimeShareOf, shareOf } from './matchers/fraction.ts';
export { compileFieldsTest, compileHeaderTest, headerReader, type RequestTest } from './matchers/header-matcher.ts';
export { compileMetadataTest, type MetadataTest, metadataValue } from './matchers/metadata-matcher.ts';
export { compilePathMatcher } from './matchers/path-matcher.ts';
export { compileQueryTest, queryValue } from './matchers/query-matcher.ts';
export { compileFullMatch, compileReplace, type TextTest } from './matchers/regex.ts';
export { compareText, compileTextTest } from './matchers/text-matcher.ts';
export { unknownWorkload } from './metadata.ts';
export { hashText } from './routes/hash.ts';
export { cookieOf, hashCookiesKey } from './routes/hash-policy.ts';
export { compileMutation, removeField, setField } from './routes/header-mutation.ts';
export { compileRateLimits, type RateLimitContext } from './routes/rate-limit.ts';
export { retryGrpcOnOf, retryOnOf } from './routes/retry.ts';
export { type CompiledMatch, compileMatch } from './routes/route-match.ts';
export { compileUriTemplate, type UriTemplate } from './routes/uri-template.ts';
export type { Runtime, RuntimeChange, RuntimeOptions, Tables, Wanted } from './runtime.ts';
export { createRuntime } from './runtime.ts';
export { ownSecretName, rootsSecretName } from './secrets/names.ts';
export { SmallMap } from './small-map.ts';
export type {
  AttemptOutcome,
  Breaker,
  Cluster,
  ClusterLimits,
  Endpoint,
  EndpointCounts,
  UpstreamHttp,
  WorkloadLabels,
} from './tables/cluster.ts';
export { emptyCounts } from './tables/cluster.ts';
export type {
  AccessLogTable,
  DownstreamAddressing,
  DownstreamHttp2,
  ForwardClientCert,
  HttpHandlerTable,
  LocalReply,
  MetricChange,
  PathNormalization,
  TracingTable,
} from './tables/http-handler.ts';
export type {
  Direction,
  FilterChainMatch,
  FilterChainTable,
  ListenerTable,
  NetworkConnection,
  NetworkFilter,
  TcpHandlerTable,
} from './tables/listener.ts';
export type {
  DirectAction,
  ForwardAction,
  HeaderMutation,
  InternalRedirect,
  MirrorPolicy,
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
  VirtualHostOrigin,
} from './tables/route.ts';
export { retryOnBits } from './tables/route.ts';
export type { DownstreamTls, SanMatcher, TlsMaterialRef, TlsSecret, UpstreamTls } from './tables/tls.ts';
