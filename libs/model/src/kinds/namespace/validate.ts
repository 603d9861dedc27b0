/** Rules of a Namespace: labels that steer the mesh and say what they cannot mean. */

import { labelProblem } from '../../schema/names.ts';
import type { ValidationContext } from '../definition.ts';
import { warnOfAnnotations } from '../linkerd/annotations.ts';
import type { NamespaceSpec } from './spec.ts';

const injection = 'istio-injection';

export function validateNamespace(_spec: NamespaceSpec, { report, warn, metadata }: ValidationContext): void {
  warnOfAnnotations({ warn, metadata });
  const problem = metadata.name === '' ? undefined : labelProblem(metadata.name);
  if (problem !== undefined) report('metadata.name', problem);
  const value = metadata.labels[injection];
  if (value === undefined) return;
  if (!['enabled', 'disabled'].includes(value)) {
    warn(
      `metadata.labels.${injection}`,
      `${injection} is "enabled" or "disabled"; ${JSON.stringify(value)} counts as disabled`,
    );
  }
  if (metadata.labels['istio.io/rev'] !== undefined) {
    warn(`metadata.labels.${injection}`, `${injection} wins over the label istio.io/rev, which is not read beside it`);
  }
}
