/** The metrics of several processes as one text: what has the same name and labels is added up. */

/** @param texts in Prometheus' text format; the first one gives the order. */
export function mergeMetrics(texts: readonly string[]): string {
  const families = new Map<string, { readonly head: string[]; readonly values: Map<string, number> }>();
  for (const text of texts) {
    let family = '';
    for (const line of text.split('\n')) {
      if (line === '') continue;
      if (line.startsWith('# ')) {
        const [, word, name = ''] = line.split(' ', 3);
        if (word === 'HELP' || word === 'TYPE') family = name;
        const known = familyOf(families, family);
        if (!known.head.includes(line)) known.head.push(line);
        continue;
      }
      const space = line.lastIndexOf(' ');
      const series = line.slice(0, space);
      const { values } = familyOf(families, family);
      values.set(series, (values.get(series) ?? 0) + Number(line.slice(space + 1)));
    }
  }
  const lines: string[] = [];
  for (const { head, values } of families.values()) {
    lines.push(...head);
    for (const [series, value] of values) lines.push(`${series} ${value}`);
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

type Families = Map<string, { readonly head: string[]; readonly values: Map<string, number> }>;

function familyOf(families: Families, name: string) {
  const known = families.get(name);
  if (known !== undefined) return known;
  const made = { head: [], values: new Map<string, number>() };
  families.set(name, made);
  return made;
}
