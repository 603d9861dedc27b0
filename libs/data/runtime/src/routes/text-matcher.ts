/** String matchers of headers and query parameters as closures. */

import type { StringMatcher } from '@weft/xds-messages/envoy/type/matcher/v3/string';
import { refuse } from '../check/refuse.ts';
import { compileFullMatch, type TextTest } from './regex.ts';

export function compileTextTest(matcher: StringMatcher, where: string): TextTest {
  const pattern = matcher.matchPattern;
  if (pattern.case === 'safeRegex') return compileFullMatch(pattern.value, where);
  if (pattern.case === undefined || pattern.case === 'custom') return refuse(where, 'string_match has no pattern');
  if (!matcher.ignoreCase) return compare(pattern.case, pattern.value);
  const test = compare(pattern.case, pattern.value.toLowerCase());
  return (text) => test(text.toLowerCase());
}

function compare(kind: 'exact' | 'prefix' | 'suffix' | 'contains', value: string): TextTest {
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
