/** The introduction of a connection's first request, as fields. */

/** @param introduction field lines, each with its CRLF. @returns the fields with it; the same list where it is empty. */
export function withIntroduction(fields: readonly string[], introduction: string): readonly string[] {
  if (introduction === '') return fields;
  const all = [...fields];
  for (const line of introduction.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) all.push(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  return all;
}
