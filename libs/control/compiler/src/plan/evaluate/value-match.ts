/** Envoy's matchers of strings and of values. */

import type { StringMatcher } from '@weft/xds-messages/envoy/type/matcher/v3/string';
import type { ValueMatcher } from '@weft/xds-messages/envoy/type/matcher/v3/value';
import { fullyMatches } from './regex.ts';

export function matchesString({ matchPattern, ignoreCase }: StringMatcher, text: string): boolean {
  const fold = (value: string): string => (ignoreCase ? value.toLowerCase() : value);
  switch (matchPattern.case) {
    case 'exact':
      return fold(text) === fold(matchPattern.value);
    case 'prefix':
      return fold(text).startsWith(fold(matchPattern.value));
    case 'suffix':
      return fold(text).endsWith(fold(matchPattern.value));
    case 'contains':
      return fold(text).includes(fold(matchPattern.value));
    case 'safeRegex':
      return fullyMatches(matchPattern.value.regex, text);
    default:
      return false;
  }
}

/** @param value of a Struct; undefined: not there. */
export function matchesValue({ matchPattern }: ValueMatcher, value: unknown): boolean {
  switch (matchPattern.case) {
    case 'stringMatch':
      return typeof value === 'string' && matchesString(matchPattern.value, value);
    case 'boolMatch':
      return value === matchPattern.value;
    case 'nullMatch':
      return value === null;
    case 'presentMatch':
      return (value !== undefined) === matchPattern.value;
    case 'orMatch':
      return matchPattern.value.valueMatchers.some((matcher) => matchesValue(matcher, value));
    case 'listMatch': {
      const one = matchPattern.value.matchPattern;
      return Array.isArray(value) && one.case === 'oneOf' && value.some((item) => matchesValue(one.value, item));
    }
    default:
      return false;
  }
}

/** The value at a path of keys, or nothing. */
export function valueAt(root: unknown, path: readonly string[]): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return value;
}
