/** Istio resources as plain data, each value traceable to file, line and column. */
export { compareByAge, compareByAgeAndPath } from './age.ts';
export { parseDuration } from './duration.ts';
export { hostAliases, hostsOverlap, resolveHost } from './hosts.ts';
export { isWithinBlock } from './kinds/addresses.ts';
export { isDryRun } from './kinds/authorization-policy/dry-run.ts';
export type {
  AuthorizationAction,
  AuthorizationCondition,
  AuthorizationOperation,
  AuthorizationPolicySpec,
  AuthorizationRule,
  AuthorizationSource,
} from './kinds/authorization-policy/spec.ts';
export { isPathTemplate } from './kinds/authorization-policy/values.ts';
export { shownSpec } from './kinds/confidential.ts';
export type { ConfigMapSpec } from './kinds/config-map/spec.ts';
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
export type { EndpointSliceSpec, SliceEndpoint, SlicePort } from './kinds/endpoint-slice/spec.ts';
export type {
  GatewayProtocol,
  GatewayServer,
  GatewaySpec,
  ServerTls,
  ServerTlsMode,
  TlsCertificateFiles,
  TlsVersion,
} from './kinds/gateway/spec.ts';
export { attachRoute } from './kinds/gateway-api/attach-route.ts';
export type { Attachment, AttachmentProblem, GatewayResource, RouteKind } from './kinds/gateway-api/attachment.ts';
export { gatewayController, isOurGateway, parentGateway, routeKinds } from './kinds/gateway-api/attachment.ts';
export type { BackendProblem } from './kinds/gateway-api/backend-resolution.ts';
export { backendProblem } from './kinds/gateway-api/backend-resolution.ts';
export type { BackendTlsPolicy, PolicyAncestorStatus, TrustedRoots } from './kinds/gateway-api/backend-tls.ts';
export {
  backendTlsPolicies,
  backendTlsPolicyOf,
  backendTlsPolicyStatus,
  trustedRoots,
} from './kinds/gateway-api/backend-tls.ts';
export type {
  BackendSubjectAltName,
  BackendTlsPolicySpec,
  BackendTlsTarget,
} from './kinds/gateway-api/backend-tls-policy/spec.ts';
export type { Condition } from './kinds/gateway-api/condition.ts';
export type { GatewayStatus, RouteParentStatus } from './kinds/gateway-api/conditions.ts';
export { gatewayClassCondition, gatewayStatus, routeStatuses } from './kinds/gateway-api/conditions.ts';
export type {
  AllowedRoutes,
  GatewayAddress,
  GatewayListener,
  KubernetesGatewaySpec,
  ListenerTls,
} from './kinds/gateway-api/gateway/spec.ts';
export type { GatewayClassSpec } from './kinds/gateway-api/gateway-class/spec.ts';
export { isGranted } from './kinds/gateway-api/grants.ts';
export type {
  GrpcBackendReference,
  GrpcRouteMatch,
  GrpcRouteRule,
  GrpcRouteSpec,
} from './kinds/gateway-api/grpc-route/spec.ts';
export type {
  HttpBackendReference,
  HttpRouteMatch,
  HttpRouteRule,
  HttpRouteSpec,
} from './kinds/gateway-api/http-route/spec.ts';
export type { ListenerStatus } from './kinds/gateway-api/listener-conditions.ts';
export type { ReferenceGrantSpec } from './kinds/gateway-api/reference-grant/spec.ts';
export type {
  BackendObjectReference,
  BackendReference,
  ObjectReference,
  ParentReference,
  SecretReference,
} from './kinds/gateway-api/references.ts';
export type { ReportedConditions } from './kinds/gateway-api/reported-conditions.ts';
export { reportedConditions } from './kinds/gateway-api/reported-conditions.ts';
export { configMapRoots, isCertificate } from './kinds/gateway-api/roots.ts';
export type {
  HeaderFilter,
  HeaderValue,
  NamedMatch,
  PathModifier,
  RequestMirror,
  RequestRedirect,
  RouteCors,
  RouteFilter,
  UrlRewrite,
} from './kinds/gateway-api/route-filters.ts';
export { gatewayGroup } from './kinds/gateway-api/route-rules.ts';
export type { SessionPersistence } from './kinds/gateway-api/session-persistence.ts';
export type { TcpRouteSpec } from './kinds/gateway-api/tcp-route/spec.ts';
export type { TlsRouteSpec } from './kinds/gateway-api/tls-route/spec.ts';
export type { IngressBackend, IngressPath, IngressRule, IngressSpec } from './kinds/ingress/spec.ts';
export type { LabelExpression, LabelSelector, Labels } from './kinds/label-selector.ts';
export { hasLabels, picksLabels, selectsLabels } from './kinds/label-selector.ts';
export type {
  GrpcRetryStatus,
  LinkerdAnnotations,
  LinkerdRetry,
  LinkerdTimeouts,
} from './kinds/linkerd/annotations.ts';
export { parseLinkerdAnnotations } from './kinds/linkerd/annotations.ts';
export type { LinkerdAuthorizationPolicySpec } from './kinds/linkerd/authorization-policy/spec.ts';
export type { FailureAccrual } from './kinds/linkerd/failure-accrual.ts';
export type {
  HttpLocalRateLimitPolicySpec,
  RequestsPerSecond,
} from './kinds/linkerd/http-local-rate-limit-policy/spec.ts';
export type { LinkerdHttpRouteRule, LinkerdHttpRouteSpec } from './kinds/linkerd/http-route/spec.ts';
export type { HttpRouteGroupSpec } from './kinds/linkerd/http-route-group/spec.ts';
export type { MeshTlsAuthenticationSpec } from './kinds/linkerd/mesh-tls-authentication/spec.ts';
export type { Network, NetworkAuthenticationSpec } from './kinds/linkerd/network-authentication/spec.ts';
export type { PolicyReference } from './kinds/linkerd/policy-reference.ts';
export type { PortRange } from './kinds/linkerd/port-ranges.ts';
export type { AccessPolicy, ProxyProtocol, ServerSpec } from './kinds/linkerd/server/spec.ts';
export type { ServerAuthorizationSpec } from './kinds/linkerd/server-authorization/spec.ts';
export type {
  ProfileRetryBudget,
  ProfileRoute,
  RequestMatch,
  ResponseClass,
  ResponseMatch,
  ServiceProfileSpec,
  WeightedDestination,
} from './kinds/linkerd/service-profile/spec.ts';
export type { SmiTcpRouteSpec } from './kinds/linkerd/smi-tcp-route/spec.ts';
export type { TrafficSplitSpec } from './kinds/linkerd/traffic-split/spec.ts';
export type { TrafficTargetIdentity, TrafficTargetSpec } from './kinds/linkerd/traffic-target/spec.ts';
export type { NamespaceSpec } from './kinds/namespace/spec.ts';
export type {
  NetworkPolicyPeer,
  NetworkPolicyPort,
  NetworkPolicyRule,
  NetworkPolicySpec,
} from './kinds/network-policy/spec.ts';
export type { NodeSpec } from './kinds/node/spec.ts';
export { localityOfNode } from './kinds/node/spec.ts';
export type { MutualTlsMode, PeerAuthenticationSpec, PeerMutualTls } from './kinds/peer-authentication/spec.ts';
export type { PodContainer, PodPort, PodProbe, PodSpec, PodStatus } from './kinds/pod/spec.ts';
export type { PolicyTarget, PolicyTargetReference, WorkloadSelector } from './kinds/policy-target.ts';
export type { ProxyConfigSpec } from './kinds/proxy-config/spec.ts';
export { kindNames } from './kinds/registry.ts';
export type { JwtRule, RequestAuthenticationSpec } from './kinds/request-authentication/spec.ts';
export type { SecretSpec } from './kinds/secret/spec.ts';
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
  HttpSession,
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
export { warnOfUnusedRules } from './kinds/virtual-service/unused-rules.ts';
export type { WorkloadEntrySpec } from './kinds/workload-entry/spec.ts';
export type { WorkloadGroupSpec, WorkloadProbe } from './kinds/workload-group/spec.ts';
export { limits } from './limits.ts';
export { differing, listDifference, regrouped } from './list-difference.ts';
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
export type { ParsedMeshConfig } from './mesh-config/parse-mesh-config.ts';
export { parseMeshConfig } from './mesh-config/parse-mesh-config.ts';
export type {
  ForwardClientCertDetails,
  ProxyConfigDefaults,
  ProxyHeaders,
  ProxyTracing,
} from './mesh-config/proxy-config.ts';
export type {
  MeshConfig,
  MeshHttpRetryPolicy,
  MeshLocalityLbSetting,
  MeshTcpKeepalive,
  MeshTlsConfig,
  PathNormalization,
} from './mesh-config/spec.ts';
export type { Model, ModelChanges } from './model.ts';
export { createModel, modelChanges, sameOfKinds } from './model.ts';
export type { ParsedFile } from './parse.ts';
export { parseDocuments } from './parse.ts';
export type { ResourceIdentity } from './parse-document.ts';
export type { ParsedObject } from './parse-object.ts';
export { parseObject } from './parse-object.ts';
export type { AnyResource, Kind, Position, Resource, Specs, Violation } from './resource.ts';
export { describeViolation, resourceKey } from './resource.ts';
export { CelCursor, celReadProblem, UnreadableCel } from './schema/cel-tokens.ts';
export type {
  AuthorizationPolicies,
  EffectiveMutualTls,
  EffectiveMutualTlsMode,
  ModeWithOrigin,
  SelectedJwtRule,
  SelectedWorkload,
} from './selection.ts';
export {
  appliesTo,
  effectiveMutualTls,
  isNamespaceWide,
  selectAuthorizationPolicies,
  selectJwtRules,
  selectPolicies,
} from './selection.ts';
export type { AccessLogTarget } from './telemetry/access-logging.ts';
export { mergeAccessLogging } from './telemetry/access-logging.ts';
export type { MetricChange, MetricsOfProvider, MetricTag } from './telemetry/metrics.ts';
export { istioMetrics, mergeMetrics } from './telemetry/metrics.ts';
export type { TrafficSide } from './telemetry/scope.ts';
export { findProvider, selectTelemetries } from './telemetry/scope.ts';
export type { EffectiveTracing } from './telemetry/tracing.ts';
export { mergeTracing } from './telemetry/tracing.ts';
export type { ConnectionRoute } from './translate/connection-route.ts';
export { translateConnectionRoute } from './translate/connection-route.ts';
export type { TranslatableRoute } from './translate/gateway-api.ts';
export { translateRoute } from './translate/gateway-api.ts';
export type { Ingress, IngressRuleSet, IngressServer } from './translate/ingress.ts';
export {
  byIngressPrecedence,
  ingressRules,
  ingressSelector,
  ingressServers,
  isOurIngress,
} from './translate/ingress.ts';
export type { IngressAddress } from './translate/ingress-addresses.ts';
export { ingressAddresses } from './translate/ingress-addresses.ts';
export type { TranslatedProfile } from './translate/linkerd.ts';
export { timesOfAnnotations, translateServiceProfile, translateTrafficSplit } from './translate/linkerd.ts';
export type { PlacedRule } from './translate/route-precedence.ts';
export { byPrecedence } from './translate/route-precedence.ts';
export type { TranslatedRule, TranslationNotice } from './translate/translated-rule.ts';
export { invalidBackendHost } from './translate/translated-rule.ts';
