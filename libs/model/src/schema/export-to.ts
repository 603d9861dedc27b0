/** `exportTo`: which namespaces see a resource. */

import type { ValidationContext } from '../kinds/definition.ts';
import { anyCaseLabelProblem } from './names.ts';

interface ExportRules {
  /** Takes "~", no one, as only a ServiceEntry does. */
  readonly none?: boolean;
  /** Seen by its own namespace alone, as a DestinationRule with a workloadSelector is. */
  readonly ownNamespaceOnly?: boolean;
}

export function validateExportTo(
  exportTo: readonly string[] | undefined,
  { report, metadata }: ValidationContext,
  rules: ExportRules = {},
): void {
  const seen = new Set<string>();
  for (const [index, entry] of (exportTo ?? []).entries()) {
    const path = `spec.exportTo[${index}]`;
    const namespace = entry === '.' ? metadata.namespace : entry;
    if (seen.has(namespace)) report(path, `${JSON.stringify(entry)} is given twice`);
    seen.add(namespace);
    if (entry === '~' && rules.none === true) continue;
    if (entry === '~') report(path, '"~" (no one) is for ServiceEntry alone');
    else if (entry !== '*' && entry !== '.' && anyCaseLabelProblem(entry) !== undefined)
      report(path, `${JSON.stringify(entry)} is not ".", "*", ${rules.none === true ? '"~" ' : ''}or a namespace`);
  }
  const many = (exportTo?.length ?? 0) > 1;
  if (many && seen.has('*')) report('spec.exportTo', '"*" stands alone: it is every namespace already', 'key');
  if (many && seen.has('~')) report('spec.exportTo', '"~" stands alone: it is no one', 'key');
  if (rules.ownNamespaceOnly === true && seen.size > 0 && (many || !seen.has(metadata.namespace)))
    report('spec.exportTo', 'a DestinationRule with workloadSelector is for its own namespace: write "."', 'key');
}
