/** Reading and changing a flat list of fields (name in lower case, value), in place. */

/** The first value of a name, nothing joined. */
export function fieldOf(fields: readonly string[], name: string): string | undefined {
  for (let i = 0; i < fields.length; i += 2) if (fields[i] === name) return fields[i + 1];
  return undefined;
}

/**
 * What another service wants to be written: a name of RFC 9110, a value that ends no field line early, and nothing that says where a message
 * ends. @param name lower case; ":" may stand before it. @param value one character an octet.
 */
export function isWritable(name: string, value: string): boolean {
  if (name === 'content-length' || name === 'transfer-encoding' || name === 'connection') return false;
  return /^:?[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(name) && !/[\r\n\0]/.test(value);
}

/** The value of a HeaderValue as fields hold it: one character an octet. */
export function octetsOf(value: string, rawValue: Uint8Array | undefined): string {
  return Buffer.from(rawValue !== undefined && rawValue.length > 0 ? rawValue : value).toString('latin1');
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
