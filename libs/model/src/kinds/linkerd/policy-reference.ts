/** References of Linkerd's policies. */

export interface PolicyReference {
  /** "" (core) where absent. */
  readonly group?: string;
  readonly kind: string;
  readonly name: string;
  /** The policy's own where absent. */
  readonly namespace?: string;
}

/** True for that kind of the core group, however the group is written. */
export function isCoreKind({ group = '', kind }: PolicyReference, wanted: string): boolean {
  return (group === '' || group === 'core') && kind === wanted;
}

export const linkerdPolicyGroup = 'policy.linkerd.io';
