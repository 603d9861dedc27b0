/** Where a decision came from: data that flows with each resource, request and answer. */

/**
 * One place in a user's configuration. In xDS it travels as `filter_metadata["weft"]` with these keys;
 * in an access log and in the `x-weft-reason` header as `describeProvenance` prints it.
 */
export interface Provenance {
  /** "VirtualService shop/payment". */
  readonly resource: string;
  /** Path as the source knows it, relative to the configuration folder's parent. Empty for built-in defaults. */
  readonly file: string;
  /** From 1; 0 for built-in defaults. */
  readonly line: number;
  /** "http[0].route[1]", or a sentence for a built-in default. */
  readonly rule: string;
}

/** "infra/mesh/payment.yaml:12 VirtualService shop/payment http[0]"; built-in: "built-in: <rule>". */
export function describeProvenance(from: Provenance): string {
  return from.file === ''
    ? `built-in: ${from.rule}`
    : `${from.file}:${from.line} ${from.resource} ${from.rule}`.trimEnd();
}
