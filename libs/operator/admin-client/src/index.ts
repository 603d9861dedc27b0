/** Typed, browser-safe clients of the operator API and of a sidecar's admin port. */
export type { AdminErrorKind } from './admin-error.ts';
export { AdminError } from './admin-error.ts';
export type { Json } from './decode.ts';
export { asArray, asBoolean, asNumber, asObject, asString, field, listOf } from './decode.ts';
export type { OperatorClient, OperatorClientOptions } from './operator/client.ts';
export { createOperatorClient } from './operator/client.ts';
export type { CaStatus, IdentityClient, JoinToken, NewToken } from './operator/identity.ts';
export type {
  AnalysisItem,
  AppliedItem,
  History,
  HistoryItem,
  InstanceStatus,
  MeshStatus,
  NetworkCut,
  PartConditions,
  PlanItem,
  PlannedItem,
  PlanRequest,
  ProxyStatus,
  ReplayedRequests,
  ResourceFilter,
  ResourceItem,
  ServiceStatus,
  SourceStatus,
  TypeStatus,
  Violation,
  XdsType,
} from './operator/types.ts';
export { xdsTypes } from './operator/types.ts';
export type { Fetch } from './request.ts';
export { answerBytesMax, requestTimeoutMs } from './request.ts';
export type { SidecarAdmin, SidecarAdminOptions } from './sidecar/client.ts';
export { createSidecarAdmin } from './sidecar/client.ts';
export { decodeDecidedBy, decodeSeen } from './sidecar/decode.ts';
export type {
  DecidedBy,
  ExplainedEndpoint,
  ExplainedTarget,
  ExplainRequest,
  Explanation,
  SeenRequest,
} from './sidecar/types.ts';
