/** Reading and changing a flat list of fields (name in lower case, value), in place. */

/** The first value of a name, nothing joined. */
export function fieldOf(fields: readonly string[], name: string): string | undefined {
  for (let i = 0; i < fields.length; i += 2) if (fields[i] === name) return fields[i + 1];
  return undefined;
}

/** Takes out all fields of a name. */
export function removeField(fields: string[], name: string): void {
  let kept = 0;
  for (let i = 0; i < fields.length; i += 2) {
    if (fields[i] === name) continue;
    if (kept !== i) {
      fields[kept] = fields[i] as string;
      fields[kept + 1] = fields[i + 1] as string;
    }
    kept += 2;
  }
  while (fields.length > kept) fields.pop();
}

/** Makes a name have one value. */
export function setField(fields: string[], name: string, value: string): void {
  let at = -1;
  for (let i = 0; i < fields.length; i += 2) {
    if (fields[i] !== name) continue;
    if (at >= 0) {
      removeField(fields, name);
      fields.push(name, value);
      return;
    }
    at = i;
  }
  if (at >= 0) fields[at + 1] = value;
  else fields.push(name, value);
}
