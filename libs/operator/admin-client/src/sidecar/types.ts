/** What a sidecar's admin port answers (interfaces.md, section 4), as plain data. */

/** Where a decision was made; the wire form of the kernel's Provenance. */
export interface DecidedBy {
  readonly resource: string;
  /** Empty for built-in defaults. */
  readonly file: string;
  readonly line: number;
  readonly rule: string;
}

export interface ExplainedEndpoint {
  readonly address: string;
  readonly healthy: boolean;
  /** Why it is not healthy. */
  readonly reason?: string;
  readonly workload: string;
  readonly identity: string;
}

export interface ExplainedTarget {
  readonly cluster: string;
  readonly weight: number;
  readonly from: DecidedBy;
  readonly endpoints: readonly ExplainedEndpoint[];
}

export interface Explanation {
  readonly listener: string;
  readonly virtualHost: string;
  readonly route: { readonly name: string; readonly from: DecidedBy } | undefined;
  readonly targets: readonly ExplainedTarget[];
  /** 0: none. */
  readonly timeoutMs: number;
  /** What changes on the way, in words; empty: nothing. */
  readonly rewrite: string;
  readonly identity: { readonly own: string; readonly expected: readonly string[] };
  readonly result: 'forward' | 'redirect' | 'direct' | 'no-route';
}

export interface ExplainRequest {
  readonly method: string;
  readonly url: string;
  /** "name:value". */
  readonly headers: readonly string[];
}

/** One exchange that passed a sidecar: a line of its /requests, of its /tap or of its access log. "" and 0: not said. */
export interface SeenRequest {
  /** RFC 3339. */
  readonly startTime: string;
  readonly direction: string;
  readonly method: string;
  readonly authority: string;
  /** With query. */
  readonly path: string;
  /** Its x-request-id. */
  readonly requestId: string;
  readonly status: number;
  /** Envoy's response flags, joined with ","; "": none. */
  readonly flags: string;
  readonly details: string;
  /** What decided: a rule that denied or failed it, else the place of the route. */
  readonly reason: string;
  readonly route: string;
  readonly routeFrom: string;
  readonly cluster: string;
  readonly endpoint: string;
  readonly attempts: number;
  readonly durationMs: number;
  readonly sourcePrincipal: string;
  readonly sourceWorkload: string;
  readonly destinationWorkload: string;
}
