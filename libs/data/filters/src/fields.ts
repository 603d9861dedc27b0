/** Reading a flat list of fields (name in lower case, value), and what may be written to one. */

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
