/** Findings for people: the place, the sentence, the line with a caret below what is meant. */

import type { Output } from '../output/output.ts';
import type { Tone } from '../output/style.ts';
import { excerpt } from './excerpt.ts';

export interface PrintableFinding {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly path: string;
  readonly message: string;
  readonly severity: 'error' | 'warning' | 'info';
  /** Its lines are not to be shown. */
  readonly confidential?: true;
  /** "WEFT0101", "WEFT0101 (IST0101)"; absent: none. */
  readonly label?: string;
}

const tones: Readonly<Record<PrintableFinding['severity'], Tone>> = { error: 'bad', warning: 'warn', info: 'dim' };

/** @param sources names and texts, as far as they are known; lines of others are not shown. */
export function printFindings(
  { paint }: Pick<Output, 'paint'>,
  sources: readonly { readonly name: string; readonly text: string }[],
  findings: readonly PrintableFinding[],
): readonly string[] {
  const linesOf = new Map(sources.map(({ name, text }) => [name, text.split(/\r\n|\r|\n/)]));
  return findings.flatMap(({ severity, file, line, column, path, message, confidential, label }) => {
    const said = label === undefined && severity === 'error' ? '' : `${paint(tones[severity], severity)}: `;
    const code = label === undefined ? '' : `${label} `;
    const where = path === '' ? '' : `${path}: `;
    const lines = confidential === true ? [] : (linesOf.get(file) ?? []);
    const shown = excerpt(lines, line, column).map((text) => paint('dim', text));
    return [`${paint('strong', `${file}:${line}:${column}`)} ${said}${code}${where}${message}`, ...shown];
  });
}
