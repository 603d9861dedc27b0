/** Envoy's header matchers. */

import type { HeaderMatcher } from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { type AskedRequest, headerOf } from './asked-request.ts';
import { fullyMatches } from './regex.ts';
import { matchesString } from './value-match.ts';

export function matchesHeader(matcher: HeaderMatcher, request: AskedRequest): boolean {
  const found = headerOf(request, matcher.name);
  const specifier = matcher.headerMatchSpecifier;
  if (specifier.case === undefined) return (found !== undefined) !== matcher.invertMatch;
  if (specifier.case === 'presentMatch') {
    const present = found !== undefined || matcher.treatMissingHeaderAsEmpty;
    return (present === specifier.value) !== matcher.invertMatch;
  }
  const value = found ?? (matcher.treatMissingHeaderAsEmpty ? '' : undefined);
  // A header that is missing fits neither a pattern nor its opposite.
  if (value === undefined) return false;
  return holds(specifier, value) !== matcher.invertMatch;
}

function holds(specifier: HeaderMatcher['headerMatchSpecifier'], value: string): boolean {
  switch (specifier.case) {
    case 'stringMatch':
      return matchesString(specifier.value, value);
    case 'exactMatch':
      return value === specifier.value;
    case 'prefixMatch':
      return value.startsWith(specifier.value);
    case 'suffixMatch':
      return value.endsWith(specifier.value);
    case 'containsMatch':
      return value.includes(specifier.value);
    case 'safeRegexMatch':
      return fullyMatches(specifier.value.regex, value);
    case 'rangeMatch': {
      const number = /^-?\d+$/.test(value) ? BigInt(value) : undefined;
      return number !== undefined && number >= specifier.value.start && number < specifier.value.end;
    }
    default:
      return false;
  }
}
