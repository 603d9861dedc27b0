/** Who may refer to whom across namespaces, by the ReferenceGrants of a model. */

import type { Model } from '../../model.ts';

export interface GrantSubject {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
}

/** True within one namespace, and where a ReferenceGrant of the target's namespace says so. */
export function isGranted(model: Model, from: GrantSubject, to: GrantSubject & { readonly name: string }): boolean {
  if (from.namespace === to.namespace) return true;
  return model
    .byKind('ReferenceGrant')
    .some(
      ({ namespace, spec }) =>
        namespace === to.namespace &&
        spec.from.some(
          (one) => one.group === from.group && one.kind === from.kind && one.namespace === from.namespace,
        ) &&
        spec.to.some(
          (one) => one.group === to.group && one.kind === to.kind && (one.name === undefined || one.name === to.name),
        ),
    );
}
