/** The annotation that makes an AuthorizationPolicy only tell what it would have done. */

export const dryRunAnnotation = 'istio.io/dry-run';

const words: ReadonlyMap<string, boolean> = new Map([
  ...['1', 't', 'T', 'TRUE', 'true', 'True'].map((word) => [word, true] as const),
  ...['0', 'f', 'F', 'FALSE', 'false', 'False'].map((word) => [word, false] as const),
]);

/** As Go's strconv.ParseBool; undefined for other words. */
export function parseGoBoolean(text: string): boolean | undefined {
  return words.get(text);
}

/** True where the policy is to be evaluated, counted and traced, and never to act. */
export function isDryRun(policy: { readonly annotations: Readonly<Record<string, string>> }): boolean {
  return parseGoBoolean(policy.annotations[dryRunAnnotation] ?? '') === true;
}
