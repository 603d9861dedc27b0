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
