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
  DestinationRuleSpec,
  SimpleLoadBalancer,
  Subset,
  TrafficPolicy,
} from './kinds/destination-rule/spec.ts';
export type { GatewayServer, GatewaySpec } from './kinds/gateway/spec.ts';
export type { MutualTlsMode, PeerAuthenticationSpec, PeerMutualTls } from './kinds/peer-authentication/spec.ts';
export type { PolicyTarget, PolicyTargetReference, WorkloadSelector } from './kinds/policy-target.ts';
export type { JwtRule, RequestAuthenticationSpec } from './kinds/request-authentication/spec.ts';
export type { ServicePort, ServiceSpec } from './kinds/service/spec.ts';
export type { ServiceEntryPort, ServiceEntrySpec } from './kinds/service-entry/spec.ts';
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
  Destination,
  HeaderOperations,
  HeaderRules,
  HttpMatch,
  HttpRedirect,
  HttpRouteDestination,
  HttpRule,
  StringMatch,
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
