/** Columns for people. */

import type { Paint } from './style.ts';

const gap = '   ';

/** Rows under upper-case headers, columns as wide as their widest cell; the last one is not padded. */
export function table(paint: Paint, headers: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headers.map((header, column) =>
    Math.max(header.length, ...rows.map((row) => visibleLength(row[column] ?? ''))),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) =>
        column === cells.length - 1 ? cell : cell + ' '.repeat((widths[column] ?? 0) - visibleLength(cell)),
      )
      .join(gap)
      .trimEnd();
  return [paint('dim', line(headers)), ...rows.map(line)].join('\n');
}

/** Length without escape sequences. */
function visibleLength(text: string): number {
  return text.replace(/\u001b\[[0-9;]*m/g, '').length;
}
