/** Envoy's HeaderMatcher as a closure over a request, or over the fields of an answer. */

import { joinedValue } from '@weft/http';
import type { HeaderMatcher } from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { refuse } from '../check/refuse.ts';
import type { RouteRequest } from '../tables.ts';
import { compileFullMatch, type TextTest } from './regex.ts';
import { compareText, compileTextTest } from './text-matcher.ts';

export type RequestTest = (request: RouteRequest) => boolean;

/** Nothing: the header is absent. */
type ValueTest = (value: string | undefined) => boolean;

/**
 * Fields of one name are matched joined with ",". An absent header matches nothing but "not present", also inverted, unless
 * `treat_missing_header_as_empty` is set. @throws WeftError `config_rejected`
 */
export function compileHeaderTest(matcher: HeaderMatcher, where: string): RequestTest {
  const at = `${where}: header ${matcher.name}`;
  const read = headerReader(matcher.name, at);
  const test = compileValue(matcher, at);
  return (request) => test(read(request));
}

/** The same for an answer's fields; pseudo headers are refused. @throws WeftError `config_rejected` */
export function compileFieldsTest(matcher: HeaderMatcher, where: string): (fields: readonly string[]) => boolean {
  const name = matcher.name.toLowerCase();
  const at = `${where}: header ${matcher.name}`;
  if (name === '' || name.startsWith(':')) refuse(at, 'this name is not supported');
  const test = compileValue(matcher, at);
  return (fields) => test(joinedValue(fields, name));
}

/** Reads a header or pseudo header by its configured name. @throws WeftError `config_rejected` */
export function headerReader(name: string, where: string): (request: RouteRequest) => string | undefined {
  const lower = name.toLowerCase();
  switch (lower) {
    case ':method':
      return (request) => request.method;
    case ':authority':
    case 'host':
      return (request) => request.authority;
    case ':scheme':
      return (request) => request.scheme;
    case ':path':
      return (request) =>
        (request.hasQuery ?? request.query !== '') ? `${request.path}?${request.query}` : request.path;
    default:
      if (lower.startsWith(':') || lower === '') return refuse(where, 'this name is not supported');
      return (request) => request.header(lower);
  }
}

function compileValue(matcher: HeaderMatcher, where: string): ValueTest {
  const { invertMatch: inverted, treatMissingHeaderAsEmpty: missingIsEmpty } = matcher;
  const specifier = matcher.headerMatchSpecifier;
  if (specifier.case === 'presentMatch' || specifier.case === undefined) {
    const wanted = (specifier.case === undefined || specifier.value) !== inverted;
    return (value) => (missingIsEmpty || value !== undefined) === wanted;
  }
  const test = compileSpecifier(specifier, where);
  return (value) => {
    if (value === undefined) return missingIsEmpty && test('') !== inverted;
    return test(value) !== inverted;
  };
}

type ValueSpecifier = Exclude<HeaderMatcher['headerMatchSpecifier'], { case: 'presentMatch' } | { case: undefined }>;

function compileSpecifier(specifier: ValueSpecifier, where: string): TextTest {
  switch (specifier.case) {
    case 'stringMatch':
      return compileTextTest(specifier.value, where);
    case 'safeRegexMatch':
      return compileFullMatch(specifier.value, where);
    case 'exactMatch':
      return compareText('exact', specifier.value, false);
    case 'prefixMatch':
      return compareText('prefix', specifier.value, false);
    case 'suffixMatch':
      return compareText('suffix', specifier.value, false);
    case 'containsMatch':
      return compareText('contains', specifier.value, false);
    case 'rangeMatch':
      return inRange(specifier.value.start, specifier.value.end);
  }
}

/** [start, end) in base 10; a value that is not a whole 64-bit number is outside. */
function inRange(start: bigint, end: bigint): TextTest {
  return (text) => {
    const digits = text.trim();
    if (digits.length > 20 || !/^[+-]?\d+$/.test(digits)) return false;
    const value = BigInt(digits.startsWith('+') ? digits.slice(1) : digits);
    return value >= start && value < end;
  };
}
