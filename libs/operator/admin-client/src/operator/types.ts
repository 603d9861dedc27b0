/** What the operator API answers (interfaces.md, section 5), as plain data. */

export interface Violation {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly path: string;
  readonly message: string;
}

export interface SourceStatus {
  readonly file: string;
  readonly state: 'ok' | 'partial' | 'rejected';
  readonly resources: number;
  readonly violations: readonly Violation[];
  /** RFC 3339; empty: never. */
  readonly lastGoodAt: string;
}

export interface InstanceStatus {
  readonly address: string;
  readonly healthy: boolean;
  readonly workload: string;
  readonly version: string;
}

export interface ServiceStatus {
  readonly host: string;
  /** "8080/http": as the API prints them. */
  readonly ports: readonly string[];
  readonly instances: readonly InstanceStatus[];
}

export interface MeshStatus {
  readonly version: string;
  readonly startedAt: string;
  readonly sources: readonly SourceStatus[];
  readonly services: readonly ServiceStatus[];
  readonly notices: readonly string[];
  /** Of the Gateway API's objects; empty from a control plane that does not tell. */
  readonly conditions: readonly PartConditions[];
  readonly proxies: number;
}

export interface PartConditions {
  /** "Gateway shop/edge". */
  readonly resource: string;
  /** "listener http"; empty for the object itself. */
  readonly part: string;
  /** Of a listener. */
  readonly attachedRoutes?: number;
  readonly conditions: readonly {
    readonly type: string;
    readonly isTrue: boolean;
    readonly reason: string;
    readonly message: string;
  }[];
}

export const xdsTypes = ['CDS', 'EDS', 'LDS', 'RDS', 'SDS'] as const;
export type XdsType = (typeof xdsTypes)[number];

export interface TypeStatus {
  readonly state: 'SYNCED' | 'STALE' | 'NOT SENT' | 'ERROR';
  readonly version: string;
  /** Reason of the NACK; empty for none. */
  readonly error: string;
}

export interface ProxyStatus {
  readonly id: string;
  readonly type: string;
  /** "shop/order"; empty for a proxy that registered without a group. */
  readonly workloadGroup: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly address: string;
  /** "127.0.0.1:21015"; empty where the proxy names none. */
  readonly admin: string;
  readonly connectedAt: string;
  /** It owes an answer and has said nothing for five minutes. */
  readonly stale: boolean;
  readonly healthy: boolean;
  readonly types: Readonly<Record<XdsType, TypeStatus>>;
}

export interface ResourceItem {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly spec: unknown;
}

export interface AppliedItem {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** 'deleted': of a rollback. */
  readonly change: 'created' | 'configured' | 'unchanged' | 'deleted';
}

export interface HistoryItem {
  readonly version: number;
  /** RFC 3339. */
  readonly at: string;
  readonly action: string;
  /** Of a rollback: the version that things are as at again. */
  readonly to: number | undefined;
  readonly changes: readonly AppliedItem[];
}

export interface History {
  readonly version: number;
  /** Newest first. */
  readonly entries: readonly HistoryItem[];
}

export interface ResourceFilter {
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
}

export interface NetworkCut {
  /** "NetworkPolicy shop/x cuts order → payment:8080". */
  readonly sentence: string;
  readonly places: readonly string[];
}

/** One doubt of an analyser (docs/reference/analysis.md). */
export interface AnalysisItem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly code: string;
  readonly name: string;
  readonly severity: 'error' | 'warning' | 'info';
  readonly istio: readonly string[];
  readonly resource: string;
  readonly path: string;
  readonly message: string;
}

export interface PlanRequest {
  /** Documents that are applied, or that name what is deleted. */
  readonly yaml: string;
  readonly delete: boolean;
  /** JSON lines of taps, by the workload whose sidecar was tapped. */
  readonly traffic: readonly { readonly workload: string; readonly lines: string }[];
  /** Replayed: what passed at this time (epoch) and later; absent: nothing. */
  readonly replaySinceMs?: number;
}

export interface PlannedItem {
  readonly kind: string;
  readonly clients: readonly string[];
  readonly service: string;
  readonly ports: readonly number[];
  readonly text: string;
  /** All of it in one sentence. */
  readonly sentence: string;
  /** Empty: none is known. */
  readonly danger: string;
}

export interface ReplayedRequests {
  readonly requests: number;
  readonly skipped: number;
  readonly changed: number;
  readonly examples: readonly {
    readonly request: string;
    readonly before: string;
    readonly after: string;
    readonly count: number;
  }[];
}

export interface PlanItem {
  readonly changes: readonly PlannedItem[];
  /** Absent where none was asked for. */
  readonly replay?: ReplayedRequests;
}
