/** Reading a flat list of fields: name in lower case, value, name, value. */

/** Values of all fields of a name, joined with ",". @param name lower case. */
export function joinedValue(fields: readonly string[], name: string): string | undefined {
  let found: string | undefined;
  for (let i = 0; i < fields.length; i += 2) {
    if (fields[i] !== name) continue;
    const value = fields[i + 1] as string;
    found = found === undefined ? value : `${found},${value}`;
  }
  return found;
}
