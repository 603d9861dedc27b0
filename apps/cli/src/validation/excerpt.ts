/** The line that a finding is about, with a caret below what is meant. */

/** Characters of a source line that are shown; of a longer one, those around the place. */
const widthMax = 120;

/**
 * "   7 | timeoutt: 3s" and a line with "^" below it.
 * @param line from 1.
 * @param column from 1.
 * @returns nothing where the text has no such line.
 */
export function excerpt(lines: readonly string[], line: number, column: number): readonly string[] {
  const source = lines[line - 1];
  if (source === undefined) return [];
  const start = column - 1 < widthMax ? 0 : column - 1 - widthMax / 2;
  const shown = printable(source.slice(start, start + widthMax));
  const number = String(line).padStart(4);
  const width = Math.min(widthOf(source.slice(column - 1)), start + widthMax - (column - 1));
  const caret = `${' '.repeat(column - 1 - start)}^${'~'.repeat(Math.max(0, width - 1))}`;
  return [`${number} | ${shown}`, `${' '.repeat(number.length)} | ${caret}`];
}

/** The word at the place: a plain or quoted key or value; 1 for a bracket and at the end of a line. */
function widthOf(rest: string): number {
  const quoted = /^"(?:[^"\\]|\\.)*"|^'[^']*'/.exec(rest)?.[0];
  return quoted?.length ?? /^[^\s,:[\]{}#"']+/.exec(rest)?.[0].length ?? 1;
}

/** As wide as before, and nothing in it that a terminal obeys. */
function printable(text: string): string {
  return text.replaceAll('\t', ' ').replaceAll(/[\x00-\x1f\x7f-\x9f\u2028\u2029]/g, '\ufffd');
}
