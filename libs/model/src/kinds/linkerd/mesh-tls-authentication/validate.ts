/** Rules between the fields of a MeshTLSAuthentication. */

import type { ValidationContext } from '../../definition.ts';
import { isCoreKind } from '../policy-reference.ts';
import type { MeshTlsAuthenticationSpec } from './spec.ts';

export function validateMeshTlsAuthentication(spec: MeshTlsAuthenticationSpec, { report }: ValidationContext): void {
  const { identities, identityRefs } = spec;
  if ((identities === undefined) === (identityRefs === undefined)) {
    report('spec', 'one of identities and identityRefs is required, and not both');
  }
  identityRefs?.forEach((reference, index) => {
    if (isCoreKind(reference, 'ServiceAccount') || isCoreKind(reference, 'Namespace')) return;
    report(`spec.identityRefs[${index}].kind`, 'an identity is that of a ServiceAccount or of a Namespace');
  });
}
