/** Reading the body as written, for warnings of fields that the data no longer has. */

/** The value at these steps, or undefined. */
export function writtenAt(written: unknown, ...steps: readonly (string | number)[]): unknown {
  let value: unknown = written;
  for (const step of steps) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value ?? undefined;
}

/** True where the field is there and neither null nor the protobuf default of its type. */
export function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && value !== 0 && value !== '' && value !== false;
}
