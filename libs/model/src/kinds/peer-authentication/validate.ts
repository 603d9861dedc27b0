/** Rules between the fields of a PeerAuthentication. */

import { refuseDryRun } from '../../schema/dry-run.ts';
import { validatePolicyTarget } from '../../schema/policy-target.ts';
import type { ValidationContext } from '../definition.ts';
import type { PeerAuthenticationSpec } from './spec.ts';

export function validatePeerAuthentication(spec: PeerAuthenticationSpec, context: ValidationContext): void {
  validatePolicyTarget(spec, context);
  refuseDryRun(context);
  if (spec.portLevelMtls === undefined) return;
  const { report } = context;
  if (Object.keys(spec.portLevelMtls).length === 0)
    report('spec.portLevelMtls', 'portLevelMtls needs at least one port', 'key');
  if (Object.keys(spec.selector?.matchLabels ?? {}).length === 0) {
    report('spec.portLevelMtls', 'portLevelMtls needs a selector with labels: ports are those of a workload', 'key');
  }
}
