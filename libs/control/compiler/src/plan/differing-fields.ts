/** Which fields of two messages of one kind say different things. */

/** Names as in the message's type; those of a "oneof" under its own name. */
export function differingFields(left: object, right: object): readonly string[] {
  const [one, two] = [left, right] as unknown as [Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>];
  const names = new Set([...Object.keys(one), ...Object.keys(two)]);
  return [...names].filter((name) => !name.startsWith('$') && textOf(one[name]) !== textOf(two[name])).sort();
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner === 'bigint') return String(inner);
    return inner instanceof Uint8Array ? Buffer.from(inner).toString('base64') : inner;
  });
}
