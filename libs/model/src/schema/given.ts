/** Building data with optional fields out of what was written. */

/** `{[key]: value}`, or nothing where there is no value. */
export function given<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: V };
}

/** The same where 0 counts as absent, as protobuf has it. */
export function givenUnlessZero<K extends string>(key: K, value: number | undefined): { readonly [P in K]?: number } {
  return given(key, value === 0 ? undefined : value);
}

/** The same where "" counts as absent. */
export function givenUnlessEmpty<K extends string>(key: K, value: string | undefined): { readonly [P in K]?: string } {
  return given(key, value === '' ? undefined : value);
}
