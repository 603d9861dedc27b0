/** What one probe says of an endpoint. */

export type CheckResult =
  | { readonly kind: 'pass'; readonly degraded: boolean }
  /** 'active': it answered that it is not well; 'retriable', 'network': that counts towards the threshold first. */
  | { readonly kind: 'active' | 'retriable' | 'network'; readonly reason: string };

export const passed: CheckResult = { kind: 'pass', degraded: false };

/** Whether the parts come in the bytes, in their order and without overlap. */
export function hasParts(bytes: Buffer, parts: readonly Buffer[]): boolean {
  let at = 0;
  for (const part of parts) {
    const found = bytes.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return true;
}
