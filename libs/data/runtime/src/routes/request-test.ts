/** The conditions of a route as one closure over a request. */

import type {
  HeaderMatcher,
  QueryParameterMatcher,
  RouteMatch,
} from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { refuse } from '../check/refuse.ts';
import type { RouteRequest } from '../tables.ts';
import { compileFullMatch } from './regex.ts';
import { compileTextTest } from './text-matcher.ts';

export type RequestTest = (request: RouteRequest) => boolean;

/** How the path of a matched request is taken apart by a prefix rewrite. */
export interface PathShape {
  /** Length of what a prefix matched; nothing: the whole path was matched. */
  readonly prefixLength: number | undefined;
  readonly connect: boolean;
}

export interface CompiledMatch {
  readonly test: RequestTest;
  readonly shape: PathShape;
}

/**
 * Envoy's RouteMatch: path, then headers, then query parameters, all of which must hold. A path is compared without
 * its query; CONNECT has no path, so that only `connect_matcher` takes it.
 */
export function compileMatch(match: RouteMatch | undefined, where: string): CompiledMatch {
  if (match === undefined) refuse(where, 'match is missing');
  const { test: pathTest, shape } = compilePath(match, where);
  const tests: RequestTest[] = [];
  if (pathTest !== undefined) tests.push(pathTest);
  for (const header of match.headers) tests.push(compileHeader(header, `${where}: header ${header.name}`));
  for (const parameter of match.queryParameters) {
    tests.push(compileQuery(parameter, `${where}: query parameter ${parameter.name}`));
  }
  const all = every(tests);
  const test: RequestTest = shape.connect
    ? (request) => request.method === 'CONNECT' && all(request)
    : (request) => request.method !== 'CONNECT' && all(request);
  return { test, shape };
}

function compilePath(match: RouteMatch, where: string): { test: RequestTest | undefined; shape: PathShape } {
  const path = match.pathSpecifier;
  const folded = match.caseSensitive === false;
  const fold = (text: string): string => (folded ? text.toLowerCase() : text);
  switch (path.case) {
    case 'prefix': {
      const prefix = fold(path.value);
      const shape = { prefixLength: prefix.length, connect: false };
      if (prefix === '/' || prefix === '') return { test: undefined, shape };
      if (folded) return { test: (request) => request.path.toLowerCase().startsWith(prefix), shape };
      return { test: (request) => request.path.startsWith(prefix), shape };
    }
    case 'pathSeparatedPrefix': {
      const prefix = fold(path.value);
      const below = `${prefix}/`;
      const test: RequestTest = (request) => {
        const text = fold(request.path);
        return text === prefix || text.startsWith(below);
      };
      return { test, shape: { prefixLength: prefix.length, connect: false } };
    }
    case 'path': {
      const exact = fold(path.value);
      const shape = { prefixLength: undefined, connect: false };
      if (folded) return { test: (request) => request.path.toLowerCase() === exact, shape };
      return { test: (request) => request.path === exact, shape };
    }
    case 'safeRegex': {
      const full = compileFullMatch(path.value, `${where}: path`);
      return { test: (request) => full(request.path), shape: { prefixLength: undefined, connect: false } };
    }
    case 'connectMatcher':
      return { test: undefined, shape: { prefixLength: undefined, connect: true } };
    default:
      return refuse(where, 'match has no path');
  }
}

/** Envoy's HeaderUtility: an absent header matches nothing but "not present", also inverted. */
function compileHeader(matcher: HeaderMatcher, where: string): RequestTest {
  const read = headerReader(matcher.name, where);
  const { invertMatch: inverted, treatMissingHeaderAsEmpty: missingIsEmpty } = matcher;
  const specifier = matcher.headerMatchSpecifier;
  if (specifier.case === 'presentMatch' || specifier.case === undefined) {
    const wanted = (specifier.case === undefined || specifier.value) !== inverted;
    return (request) => (read(request) !== undefined) === wanted;
  }
  if (specifier.case !== 'stringMatch') return refuse(where, `${specifier.case} is not supported`);
  const test = compileTextTest(specifier.value, where);
  return (request) => {
    const value = read(request);
    if (value === undefined) return missingIsEmpty && test('') !== inverted;
    return test(value) !== inverted;
  };
}

function headerReader(name: string, where: string): (request: RouteRequest) => string | undefined {
  const lower = name.toLowerCase();
  switch (lower) {
    case ':method':
      return (request) => request.method;
    case ':authority':
    case 'host':
      return (request) => request.authority;
    case ':path':
      return (request) => (request.query === '' ? request.path : `${request.path}?${request.query}`);
    default:
      if (lower.startsWith(':') || lower === '') return refuse(where, 'this name is not supported');
      return (request) => request.header(lower);
  }
}

function compileQuery(matcher: QueryParameterMatcher, where: string): RequestTest {
  const { name } = matcher;
  const specifier = matcher.queryParameterMatchSpecifier;
  if (specifier.case === 'stringMatch') {
    const test = compileTextTest(specifier.value, where);
    return (request) => {
      const value = queryValue(request.query, name);
      return value !== undefined && test(value);
    };
  }
  const wanted = specifier.case === undefined || specifier.value;
  return (request) => (queryValue(request.query, name) !== undefined) === wanted;
}

/** The first value of a parameter as it was sent, not decoded (as Envoy compares it); empty for one without "=". */
function queryValue(query: string, name: string): string | undefined {
  let start = 0;
  while (start < query.length) {
    let end = query.indexOf('&', start);
    if (end === -1) end = query.length;
    if (query.startsWith(name, start)) {
      const after = start + name.length;
      if (after === end) return '';
      if (after < end && query.charCodeAt(after) === 61) return query.slice(after + 1, end);
    }
    start = end + 1;
  }
  return undefined;
}

function every(tests: readonly RequestTest[]): RequestTest {
  const [first, second] = tests;
  if (first === undefined) return () => true;
  if (second === undefined) return first;
  if (tests.length === 2) return (request) => first(request) && second(request);
  return (request) => {
    for (const test of tests) if (!test(request)) return false;
    return true;
  };
}
