/** What the operator API shows and changes: the seam between HTTP and the plane. */

import type { AnalysisFinding } from '@weft/control-compiler';
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
  readonly proxies: number;
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
  readonly change: 'created' | 'configured' | 'unchanged';
}

export interface OperatorView {
  readonly version: string;
  status(): MeshStatus;
  proxies(): readonly ProxyStatus[];
  /** Envoy's config_dump as JSON; undefined for an unknown proxy. */
  snapshot(proxyId: string): unknown;
  resources(filter: { kind?: string; namespace?: string; name?: string }): readonly ResourceView[];
  /** @throws Problem invalid_resource with all violations, or conflict. */
  apply(yaml: string): Promise<readonly AppliedChange[]>;
  /** What the analysers say of the configuration in force. */
  analysis(): readonly AnalysisFinding[];
  /** What a change would do; nothing is changed. @throws Problem invalid_resource, not_found. */
  plan(request: PlanRequest): PlanAnswer;
  /** @throws Problem not_found or conflict. */
  remove(kind: string, namespace: string, name: string): Promise<void>;
}
