/** Envoy's StringMatcher as a closure. */

import type { StringMatcher } from '@weft/xds-messages/envoy/type/matcher/v3/string';
import { refuse } from '../check/refuse.ts';
import { compileFullMatch, type TextTest } from './regex.ts';

/** @throws WeftError `config_rejected` */
export function compileTextTest(matcher: StringMatcher | undefined, where: string): TextTest {
  const pattern = matcher?.matchPattern;
  if (matcher === undefined || pattern === undefined) return refuse(where, 'a string match is missing');
  switch (pattern.case) {
    case 'safeRegex':
      if (matcher.ignoreCase) refuse(where, 'string match: ignore_case is not for safe_regex');
      return compileFullMatch(pattern.value, where);
    case 'custom':
      return refuse(where, 'string match: field custom is not supported');
    case undefined:
      return refuse(where, 'string match has no pattern');
    default:
      if (pattern.case !== 'exact' && pattern.value === '') refuse(where, `string match: ${pattern.case} is empty`);
      return compareText(pattern.case, pattern.value, matcher.ignoreCase);
  }
}

/** One comparison. */
export function compareText(
  kind: 'exact' | 'prefix' | 'suffix' | 'contains',
  value: string,
  ignoreCase: boolean,
): TextTest {
  if (ignoreCase) {
    const test = compareText(kind, value.toLowerCase(), false);
    return (text) => test(text.toLowerCase());
  }
  switch (kind) {
    case 'exact':
      return (text) => text === value;
    case 'prefix':
      return (text) => text.startsWith(value);
    case 'suffix':
      return (text) => text.endsWith(value);
    case 'contains':
      return (text) => text.includes(value);
  }
}
