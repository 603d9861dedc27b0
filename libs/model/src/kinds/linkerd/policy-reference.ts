/** References of Linkerd's policies. */

export interface PolicyReference {
  /** "" (core) where absent. */
  readonly group?: string;
  readonly kind: string;
  readonly name: string;
  /** The policy's own where absent. */
  readonly namespace?: string;
}
