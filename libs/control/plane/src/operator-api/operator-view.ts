/** What the operator API shows and changes: the seam between HTTP and the plane. */

import type { AnalysisFinding, ExplainedCut } from '@weft/control-compiler';
import type { Violation } from '@weft/model';
import type { TypeStatus, XdsTypeName } from '@weft/xds-protocol';
import type { PlanAnswer, PlanRequest } from './plan-view.ts';

export interface SourceStatus {
  readonly file: string;
  readonly state: 'ok' | 'partial' | 'rejected';
  /** In force. */
  readonly resources: number;
  readonly violations: readonly Violation[];
  /** RFC 3339; empty: never. */
  readonly lastGoodAt: string;
}

export interface ServiceStatus {
  readonly host: string;
  readonly ports: readonly { readonly name: string; readonly number: number; readonly protocol: string }[];
  readonly instances: readonly {
    readonly address: string;
    readonly healthy: boolean;
    readonly workload: string;
    readonly version: string;
  }[];
}

export interface MeshStatus {
  readonly version: string;
  readonly startedAt: string;
  readonly sources: readonly SourceStatus[];
  readonly services: readonly ServiceStatus[];
  readonly notices: readonly string[];
  /** Of the Gateway API's objects: what Kubernetes has in their status. */
  readonly conditions: readonly ConditionsView[];
  readonly proxies: number;
}

export interface ConditionsView {
  /** "Gateway shop/edge". */
  readonly resource: string;
  /** "listener http", "for Gateway shop/edge", "rules[0].backendRefs[0]"; '' for the object itself. */
  readonly part: string;
  /** Of a listener. */
  readonly attachedRoutes?: number;
  readonly conditions: readonly {
    readonly type: string;
    readonly status: 'True' | 'False';
    readonly reason: string;
    readonly message: string;
  }[];
}

export interface ProxyStatus {
  readonly id: string;
  readonly type: string;
  readonly workloadGroup: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly address: string;
  readonly admin: string;
  readonly connectedAt: string;
  /** RFC 3339: of its last request. */
  readonly lastWordAt: string;
  /** It owes an answer and has said nothing for five minutes. */
  readonly stale: boolean;
  readonly healthy: boolean;
  readonly types: Readonly<Record<XdsTypeName, TypeStatus>>;
}

export interface ResourceView {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly spec: unknown;
}

export interface AppliedChange {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly change: 'created' | 'configured' | 'unchanged' | 'deleted';
}

export interface AppliedChanges {
  readonly applied: readonly AppliedChange[];
  /** Of the history, after the change. */
  readonly version: number;
}

export interface HistoryItem {
  readonly version: number;
  /** RFC 3339. */
  readonly at: string;
  readonly action: 'apply' | 'delete' | 'rollback';
  /** Of a rollback: the version that things are as at again. */
  readonly to?: number;
  readonly changes: readonly AppliedChange[];
}

export interface OperatorView {
  readonly version: string;
  status(): MeshStatus;
  proxies(): readonly ProxyStatus[];
  /** Envoy's config_dump as JSON; undefined for an unknown proxy. */
  snapshot(proxyId: string): unknown;
  resources(filter: { kind?: string; namespace?: string; name?: string }): readonly ResourceView[];
  /** @param ifVersion only if the history is at this version. @throws Problem invalid_resource with all violations, conflict, version_conflict. */
  apply(yaml: string, ifVersion?: number): Promise<AppliedChanges>;
  /** What was accepted, newest first. */
  history(): { readonly version: number; readonly entries: readonly HistoryItem[] };
  /** Makes things as they were at a version. @throws Problem not_found where the history does not reach that far, conflict, version_conflict. */
  rollback(version: number, ifVersion?: number): Promise<AppliedChanges>;
  /** What the analysers say of the configuration in force. */
  analysis(): readonly AnalysisFinding[];
  /** What NetworkPolicies cut. @param proxyId of the caller. @param targets "10.0.0.1:8080". @throws Problem not_found. */
  networkCuts(proxyId: string, targets: readonly string[]): readonly ExplainedCut[];
  /** What a change would do; nothing is changed. @throws Problem invalid_resource, not_found. */
  plan(request: PlanRequest): PlanAnswer;
  /** @throws Problem not_found, conflict, version_conflict. */
  remove(kind: string, namespace: string, name: string, ifVersion?: number): Promise<void>;
}
