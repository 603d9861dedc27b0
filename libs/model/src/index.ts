/** Istio resources as plain data, each value traceable to file, line and column. */
export { compareByAge } from './age.ts';
export { parseDuration } from './duration.ts';
export { hostAliases, resolveHost } from './hosts.ts';
export type {
  AuthorizationAction,
  AuthorizationCondition,
  AuthorizationOperation,
  AuthorizationPolicySpec,
  AuthorizationRule,
  AuthorizationSource,
} from './kinds/authorization-policy/spec.ts';
export type {
  ConnectionPool,
  HttpPool,
  OutlierDetection,
  RetryBudget,
  TcpPool,
} from './kinds/destination-rule/circuit-spec.ts';
export type {
  ConsistentHash,
  HashCookie,
  LoadBalancer,
  LocalityLoadBalancing,
  SimpleLoadBalancer,
  Warmup,
} from './kinds/destination-rule/load-balancer-spec.ts';
export type {
  ClientTls,
  DestinationRuleSpec,
  PortPolicy,
  PortTrafficPolicy,
  Subset,
  TrafficPolicy,
  Tunnel,
} from './kinds/destination-rule/spec.ts';
export type {
  GatewayProtocol,
  GatewayServer,
  GatewaySpec,
  ServerTls,
  ServerTlsMode,
  TlsCertificateFiles,
  TlsVersion,
} from './kinds/gateway/spec.ts';
export type { MutualTlsMode, PeerAuthenticationSpec, PeerMutualTls } from './kinds/peer-authentication/spec.ts';
export type { PolicyTarget, PolicyTargetReference, WorkloadSelector } from './kinds/policy-target.ts';
export type { ProxyConfigSpec } from './kinds/proxy-config/spec.ts';
export type { JwtRule, RequestAuthenticationSpec } from './kinds/request-authentication/spec.ts';
export type { ServicePort, ServiceSpec } from './kinds/service/spec.ts';
export type { ServiceEntryPort, ServiceEntryResolution, ServiceEntrySpec } from './kinds/service-entry/spec.ts';
export type {
  CaptureMode,
  OutboundTrafficPolicy,
  SidecarEgress,
  SidecarIngress,
  SidecarPort,
  SidecarSpec,
} from './kinds/sidecar/spec.ts';
export type {
  IstioMetric,
  MetricsOverride,
  TagOverride,
  TelemetryAccessLogging,
  TelemetryMetrics,
  TelemetryMode,
  TelemetryProvider,
  TelemetrySpec,
  TelemetryTracing,
  TracingTag,
} from './kinds/telemetry/spec.ts';
export type {
  CorsPolicy,
  HttpFault,
  HttpRetry,
  HttpRewrite,
  Percent,
} from './kinds/virtual-service/http-policy-spec.ts';
export type {
  Delegate,
  HeaderOperations,
  HeaderRules,
  HttpDirectResponse,
  HttpMatch,
  HttpMirror,
  HttpRedirect,
  HttpRouteDestination,
  HttpRule,
  StringMatch,
} from './kinds/virtual-service/http-spec.ts';
export type {
  Destination,
  RouteDestination,
  TcpMatch,
  TcpRule,
  TlsMatch,
  TlsRule,
  VirtualServiceSpec,
} from './kinds/virtual-service/spec.ts';
export type { WorkloadEntrySpec } from './kinds/workload-entry/spec.ts';
export type { WorkloadGroupSpec, WorkloadProbe } from './kinds/workload-group/spec.ts';
export { limits } from './limits.ts';
export { defaultMeshConfig } from './mesh-config/defaults.ts';
export type {
  ExtAuthzGrpcProvider,
  ExtAuthzHttpProvider,
  ExtAuthzProvider,
  ExtensionProvider,
  FileAccessLogProvider,
  LogLabel,
  LogLabels,
  OpenTelemetryProvider,
  OtelAccessLogProvider,
  ProviderHeader,
  ProviderService,
  ZipkinProvider,
} from './mesh-config/extension-provider.ts';
export type {
  ForwardClientCertDetails,
  ProxyConfigDefaults,
  ProxyHeaders,
  ProxyTracing,
} from './mesh-config/proxy-config.ts';
export type {
  LabelSelector,
  MeshConfig,
  MeshHttpRetryPolicy,
  MeshLocalityLbSetting,
  MeshTcpKeepalive,
  MeshTlsConfig,
  PathNormalization,
} from './mesh-config/spec.ts';
export type { Model } from './model.ts';
export { createModel } from './model.ts';
export type { ParsedFile, ResourceIdentity } from './parse.ts';
export { parseDocuments } from './parse.ts';
export type { AnyResource, Kind, Position, Resource, Specs, Violation } from './resource.ts';
export { describeViolation, resourceKey } from './resource.ts';
