/** Small readers of unknown JSON: the value where it has the right type, a neutral one where it has not. */

export type Json = Readonly<Record<string, unknown>>;

/** An object; anything else becomes an empty one. */
export function asObject(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

/** An array; anything else becomes an empty one. */
export function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A string; numbers and booleans as they print; anything else is empty. */
export function asString(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** A finite number, also from its decimal text (int64 in proto3 JSON); anything else is 0. */
export function asNumber(value: unknown): number {
  const number = typeof value === 'string' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : 0;
}

export function asBoolean(value: unknown): boolean {
  return value === true;
}

/** Each element of an array through `decode`. */
export function listOf<T>(value: unknown, decode: (item: unknown) => T): readonly T[] {
  return asArray(value).map(decode);
}

/** The field by its proto name ("dynamic_listeners") or its JSON name ("dynamicListeners"). */
export function field(object: Json, protoName: string): unknown {
  if (protoName in object) return object[protoName];
  return object[protoName.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())];
}
