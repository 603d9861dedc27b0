/** Envoy's HeaderMatcher as a closure over a request, or over the fields of an answer. */

import type { HeaderMatcher } from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { refuse } from '../check/refuse.ts';
import type { RouteRequest } from '../tables/route.ts';
import { compileFullMatch, type TextTest } from './regex.ts';
import { compareText, compileTextTest } from './text-matcher.ts';

export type RequestTest = (request: RouteRequest) => boolean;

/** What a matcher finds: of several fields with one name each value is compared for itself, as Envoy does. */
interface ValueTest {
  /** The answer where there is no such field. */
  readonly missing: boolean;
  /** The answer where no value matches; the other one where at least one does. */
  readonly unmatched: boolean;
  readonly test: TextTest;
}

/** An absent header matches nothing but "not present", also inverted, unless `treat_missing_header_as_empty` is set. @throws WeftError `config_rejected` */
export function compileHeaderTest(matcher: HeaderMatcher, where: string): RequestTest {
  const at = `${where}: header ${matcher.name}`;
  const read = headerReader(matcher.name, at);
  const value = compileValue(matcher, at);
  const name = matcher.name.toLowerCase();
  if (name.startsWith(':') || name === 'host') return (request) => testOne(read(request), value);
  return (request) =>
    request.fields === undefined ? testOne(read(request), value) : testEach(request.fields, name, value);
}

/** The same for an answer's fields; pseudo headers are refused. @throws WeftError `config_rejected` */
export function compileFieldsTest(matcher: HeaderMatcher, where: string): (fields: readonly string[]) => boolean {
  const name = matcher.name.toLowerCase();
  const at = `${where}: header ${matcher.name}`;
  if (name === '' || name.startsWith(':')) refuse(at, 'this name is not supported');
  const value = compileValue(matcher, at);
  return (fields) => testEach(fields, name, value);
}

function testOne(text: string | undefined, value: ValueTest): boolean {
  if (text === undefined) return value.missing;
  return value.test(text) !== value.unmatched;
}

function testEach(fields: readonly string[], name: string, value: ValueTest): boolean {
  let found = value.missing;
  for (let i = 0; i < fields.length; i += 2) {
    if (fields[i] !== name) continue;
    if (value.test(fields[i + 1] as string)) return !value.unmatched;
    found = value.unmatched;
  }
  return found;
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
    case ':status':
      return () => undefined;
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
    return { missing: missingIsEmpty === wanted, unmatched: !wanted, test: present };
  }
  const test = compileSpecifier(specifier, where);
  return { missing: missingIsEmpty && test('') !== inverted, unmatched: inverted, test };
}

const present: TextTest = () => true;

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
