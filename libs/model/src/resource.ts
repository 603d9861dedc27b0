/** A resource as the rest of Weft sees it: plain data, each value traceable to file, line and column. */

import type { AuthorizationPolicySpec } from './kinds/authorization-policy/spec.ts';
import type { DestinationRuleSpec } from './kinds/destination-rule/spec.ts';
import type { EnvoyFilterSpec } from './kinds/envoy-filter/spec.ts';
import type { GatewaySpec } from './kinds/gateway/spec.ts';
import type { GatewayApiSpecs } from './kinds/gateway-api/kinds.ts';
import type { KubernetesSpecs } from './kinds/kubernetes-kinds.ts';
import type { LinkerdSpecs } from './kinds/linkerd/kinds.ts';
import type { PeerAuthenticationSpec } from './kinds/peer-authentication/spec.ts';
import type { ProxyConfigSpec } from './kinds/proxy-config/spec.ts';
import type { RequestAuthenticationSpec } from './kinds/request-authentication/spec.ts';
import type { ServiceSpec } from './kinds/service/spec.ts';
import type { ServiceEntrySpec } from './kinds/service-entry/spec.ts';
import type { SidecarSpec } from './kinds/sidecar/spec.ts';
import type { TelemetrySpec } from './kinds/telemetry/spec.ts';
import type { VirtualServiceSpec } from './kinds/virtual-service/spec.ts';
import type { WorkloadEntrySpec } from './kinds/workload-entry/spec.ts';
import type { WorkloadGroupSpec } from './kinds/workload-group/spec.ts';

export interface Specs extends KubernetesSpecs, GatewayApiSpecs, LinkerdSpecs {
  Service: ServiceSpec;
  ServiceEntry: ServiceEntrySpec;
  WorkloadEntry: WorkloadEntrySpec;
  WorkloadGroup: WorkloadGroupSpec;
  VirtualService: VirtualServiceSpec;
  DestinationRule: DestinationRuleSpec;
  Gateway: GatewaySpec;
  Sidecar: SidecarSpec;
  ProxyConfig: ProxyConfigSpec;
  /** Always refused, with what to use instead. */
  EnvoyFilter: EnvoyFilterSpec;
  PeerAuthentication: PeerAuthenticationSpec;
  RequestAuthentication: RequestAuthenticationSpec;
  AuthorizationPolicy: AuthorizationPolicySpec;
  Telemetry: TelemetrySpec;
}

export type Kind = keyof Specs;

export interface Position {
  /** As the source names it. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

export interface Resource<K extends Kind = Kind> {
  readonly apiVersion: string;
  readonly kind: K;
  /** "default" where the document gives none. */
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** RFC 3339; empty where the document gives none. */
  readonly creationTimestamp: string;
  readonly spec: Specs[K];
  /** Where the document starts. */
  readonly position: Position;
  /** Where the value at `path` ("spec.http[0].route[1]") stands; the nearest parent that exists when it does not. */
  at(path: string): Position;
}

/** A resource of any one kind, so that `switch (resource.kind)` narrows its spec. */
export type AnyResource = { [K in Kind]: Resource<K> }[Kind];

export interface Violation extends Position {
  /** "spec.http[0].timeoutt"; empty for a document that is not YAML. */
  readonly path: string;
  readonly message: string;
  /** The document may hold a secret: its lines are not to be shown. */
  readonly confidential?: true;
}

/** "shop/payment": unique within a kind. */
export function resourceKey(resource: { namespace: string; name: string }): string {
  return `${resource.namespace}/${resource.name}`;
}

/** "f.yaml:7:5 spec.http[0]: unknown field". */
export function describeViolation(violation: Violation): string {
  const path = violation.path === '' ? '' : `${violation.path}: `;
  return `${violation.file}:${violation.line}:${violation.column} ${path}${violation.message}`;
}
