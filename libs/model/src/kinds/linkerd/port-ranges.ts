/** Lists of ports as Linkerd's annotations write them: "25,587,3306-3310". */

export interface PortRange {
  readonly first: number;
  readonly last: number;
}

const one = /^(\d{1,5})(?:-(\d{1,5}))?$/;
const rangesMax = 100;

/** Undefined for what is no such list. Blanks around the commas and an empty text are fine. */
export function parsePortRanges(text: string): readonly PortRange[] | undefined {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (parts.length > rangesMax) return undefined;
  const ranges: PortRange[] = [];
  for (const part of parts) {
    const [, from = '', to = from] = one.exec(part) ?? [];
    const [first, last] = [Number(from), Number(to)];
    if (from === '' || first < 1 || last > 65_535 || first > last) return undefined;
    ranges.push({ first, last });
  }
  return ranges;
}

export function portRangesProblem(text: string): string | undefined {
  return parsePortRanges(text) === undefined
    ? `${JSON.stringify(text.slice(0, 80))} is not a list of ports and ranges, as in "25,3306-3310", of at most ${rangesMax}`
    : undefined;
}
