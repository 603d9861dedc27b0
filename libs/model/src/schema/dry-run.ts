/** The annotation of AuthorizationPolicy that no other kind of Istio may have. */

import type { ValidationContext } from '../kinds/definition.ts';

const dryRun = 'istio.io/dry-run';

export function refuseDryRun({ report, metadata }: ValidationContext): void {
  if (Object.hasOwn(metadata.annotations, dryRun))
    report(`metadata.annotations["${dryRun}"]`, `${dryRun} is for AuthorizationPolicy alone; remove it`, 'key');
}
