/** Which virtual host and which route of a RouteConfiguration takes a request: Envoy's order. */

import type { RouteConfiguration } from '@weft/xds-messages/envoy/config/route/v3/route';
import type { Route, RouteMatch, VirtualHost } from '@weft/xds-messages/envoy/config/route/v3/route_components';
import type { AskedRequest } from './asked-request.ts';
import { matchesHeader } from './header-match.ts';
import { fullyMatches } from './regex.ts';
import { matchesString, matchesValue, valueAt } from './value-match.ts';

export interface RoutedRequest {
  /** Nobody takes the host where it is missing. */
  readonly virtualHost: VirtualHost | undefined;
  readonly route: Route | undefined;
}

/** @param claims payload of the verified token, for routes by claim. */
export function routeOf(
  configuration: RouteConfiguration,
  request: AskedRequest,
  claims?: Readonly<Record<string, unknown>>,
): RoutedRequest {
  const virtualHost = virtualHostOf(configuration, request.authority);
  const route = virtualHost?.routes.find(({ match }) => match !== undefined && matchesRoute(match, request, claims));
  return { virtualHost, route };
}

/** Exact, the longest "*.suffix", the longest "prefix.*", "*"; without case. */
export function virtualHostOf(
  { virtualHosts, ignorePortInHostMatching }: RouteConfiguration,
  authority: string,
): VirtualHost | undefined {
  const host = (ignorePortInHostMatching ? authority.replace(/:\d+$/, '') : authority).toLowerCase();
  let best: { virtualHost: VirtualHost; rank: number } | undefined;
  for (const virtualHost of virtualHosts) {
    for (const domain of virtualHost.domains) {
      const rank = rankOf(domain.toLowerCase(), host);
      if (rank > (best?.rank ?? 0)) best = { virtualHost, rank };
    }
  }
  return best?.virtualHost;
}

const exactRank = 3_000_000;
const suffixRank = 2_000_000;
const prefixRank = 1_000_000;

/** 0: does not fit; else the higher the better. */
function rankOf(domain: string, host: string): number {
  if (domain === host) return exactRank;
  if (domain === '*') return 1;
  // A wildcard stands for one character at least.
  if (host.length < domain.length) return 0;
  if (domain.startsWith('*') && host.endsWith(domain.slice(1))) return suffixRank + domain.length;
  if (domain.endsWith('*') && host.startsWith(domain.slice(0, -1))) return prefixRank + domain.length;
  return 0;
}

function matchesRoute(
  match: RouteMatch,
  request: AskedRequest,
  claims: Readonly<Record<string, unknown>> = {},
): boolean {
  return (
    matchesPath(match, request) &&
    match.headers.every((header) => matchesHeader(header, request)) &&
    matchesQuery(match, request.query) &&
    match.dynamicMetadata.every(({ filter: _filter, path, value, invert }) => {
      const keys = path.flatMap(({ segment }) => (segment.case === 'key' ? [segment.value] : []));
      const found = valueAt({ payload: claims }, keys) ?? valueAt(claims, keys);
      return (value !== undefined && matchesValue(value, found)) !== invert;
    })
  );
}

function matchesPath({ pathSpecifier, caseSensitive }: RouteMatch, { method, path }: AskedRequest): boolean {
  const folds = caseSensitive?.valueOf() === false;
  const fold = (text: string): string => (folds ? text.toLowerCase() : text);
  if (pathSpecifier.case === 'connectMatcher') return method === 'CONNECT';
  if (method === 'CONNECT') return false;
  switch (pathSpecifier.case) {
    case 'prefix':
      return fold(path).startsWith(fold(pathSpecifier.value));
    case 'path':
      return fold(path) === fold(pathSpecifier.value);
    case 'safeRegex':
      return fullyMatches(pathSpecifier.value.regex, path);
    case 'pathSeparatedPrefix': {
      const prefix = fold(pathSpecifier.value);
      return fold(path) === prefix || fold(path).startsWith(`${prefix}/`);
    }
    default:
      return false;
  }
}

function matchesQuery({ queryParameters }: RouteMatch, query: string): boolean {
  if (queryParameters.length === 0) return true;
  const given = new URLSearchParams(query);
  return queryParameters.every(({ name, queryParameterMatchSpecifier: specifier }) => {
    const value = given.get(name);
    if (specifier.case === 'stringMatch') return value !== null && matchesString(specifier.value, value);
    return (value !== null) === (specifier.case === 'presentMatch' ? specifier.value : true);
  });
}
