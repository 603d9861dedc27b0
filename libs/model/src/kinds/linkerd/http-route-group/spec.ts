/** specs.smi-spec.io HTTPRouteGroup: named sets of requests. */

export interface HttpRouteGroupSpec {
  readonly matches: readonly {
    readonly name: string;
    /** Absent, empty or "*": all. */
    readonly methods?: readonly string[];
    /** RE2 over the whole path. */
    readonly pathRegex?: string;
    /** Name in lower case → RE2 over the whole value; all of them together. */
    readonly headers?: Readonly<Record<string, string>>;
  }[];
}
