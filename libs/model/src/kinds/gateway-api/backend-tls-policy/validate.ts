/** Rules between the fields of a BackendTLSPolicy. */

import type { ValidationContext } from '../../definition.ts';
import type { BackendTlsPolicySpec } from './spec.ts';

export function validateBackendTlsPolicy(spec: BackendTlsPolicySpec, { report, warn }: ValidationContext): void {
  const { caCertificateRefs = [], wellKnownCACertificates } = spec.validation;
  const listed = caCertificateRefs.length > 0;
  if (listed === (wellKnownCACertificates !== undefined)) {
    report('spec.validation', 'one of caCertificateRefs and wellKnownCACertificates is required, and not both', 'key');
  }
  caCertificateRefs.forEach(({ group, kind }, index) => {
    if (group === '' && (kind === 'ConfigMap' || kind === 'Secret')) return;
    warn(`spec.validation.caCertificateRefs[${index}].kind`, 'certificates are read from a ConfigMap or a Secret only');
  });
  const seen = new Set<string>();
  spec.targetRefs.forEach(({ group, kind, name, sectionName = '' }, index) => {
    const key = `${group}/${kind}/${name}/${sectionName}`;
    if (seen.has(key)) report(`spec.targetRefs[${index}]`, 'this target is given twice');
    seen.add(key);
    if (group === '' && kind === 'Service') return;
    warn(`spec.targetRefs[${index}].kind`, 'the policy applies to a Service only');
  });
}
