/** What the parser says of files: violations and warnings as one list. */

import { parseDocuments, type Violation } from '@weft/model';

export type Severity = 'error' | 'warning';

export interface Finding extends Violation {
  readonly severity: Severity;
}

export interface Judgement {
  /** In the order of the files, and of the lines of each. */
  readonly findings: readonly Finding[];
  readonly resources: number;
}

/** @param sources names as findings shall give them. */
export function judge(sources: readonly { readonly name: string; readonly text: string }[]): Judgement {
  const findings: Finding[] = [];
  let resources = 0;
  for (const { name, text } of sources) {
    const parsed = parseDocuments(name, text);
    resources += parsed.resources.length;
    const found: Finding[] = [
      ...parsed.violations.map((violation): Finding => ({ ...violation, severity: 'error' })),
      ...parsed.warnings.map((warning): Finding => ({ ...warning, severity: 'warning' })),
    ];
    findings.push(...found.sort((a, b) => a.line - b.line || a.column - b.column));
  }
  return { findings, resources };
}
