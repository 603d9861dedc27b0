/** Conditions of a rule as route matches. */

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { type HttpMatch, hasLabels, type StringMatch } from '@weft/model';
import {
  HeaderMatcherSchema,
  type QueryParameterMatcher,
  QueryParameterMatcherSchema,
  type RouteMatch,
  RouteMatchSchema,
} from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { claimMatcher, claimPath } from './claims.ts';
import type { Dialect, RouteScope } from './scope.ts';
import { isPresence, stringMatcher } from './string-match.ts';

type HeaderMatcherInit = MessageInitShape<typeof HeaderMatcherSchema>;
type PathSpecifier = Exclude<MessageInitShape<typeof RouteMatchSchema>['pathSpecifier'], undefined>;

/** @param match nothing: every request. */
export function routeMatch(match: HttpMatch | undefined, dialect: Dialect): RouteMatch {
  const headers = headerMatchers(match, dialect);
  return create(RouteMatchSchema, {
    pathSpecifier: pathSpecifier(match?.uri, match?.pathPrefix),
    // The default of Envoy, which a proxyless client has as well.
    ...(match?.ignoreUriCase === true ? { caseSensitive: false } : {}),
    headers: headers.map((header) => create(HeaderMatcherSchema, header)),
    queryParameters: Object.entries(match?.queryParams ?? {})
      .sort(byName)
      .map(([name, value]) => queryMatcher(name, value)),
    dynamicMetadata: claims(match),
  });
}

/** Prefix "/" or regex ".*", and nothing else that is asked for (Istio's IsCatchAllRoute). */
export function isCatchAll(match: RouteMatch): boolean {
  const path = match.pathSpecifier;
  const anyPath =
    (path.case === 'prefix' && path.value === '/') || (path.case === 'safeRegex' && path.value.regex === '.*');
  const asks = match.headers.length + match.queryParameters.length + match.dynamicMetadata.length;
  return anyPath && asks === 0;
}

/** Whether a match holds for this caller on this port at all. `gateways` takes the place of the source: Istio looks at one of them. */
export function isMeantFor(match: HttpMatch | undefined, scope: RouteScope): boolean {
  if (match === undefined) return true;
  if (match.port !== undefined && match.port !== 0 && match.port !== scope.calledPort) return false;
  if (match.gateways?.length) return match.gateways.includes(scope.gateway);
  const labelled = hasLabels(scope.clientLabels, match.sourceLabels ?? {});
  const { sourceNamespace = '' } = match;
  return labelled && (sourceNamespace === '' || sourceNamespace === scope.clientNamespace);
}

/** @param segments a prefix of whole segments, as other APIs than Istio's mean it. */
function pathSpecifier(uri: StringMatch | undefined, segments: string | undefined): PathSpecifier {
  if (uri?.exact !== undefined) return { case: 'path', value: uri.exact };
  if (uri?.regex !== undefined) return { case: 'safeRegex', value: { regex: uri.regex } };
  if (segments !== undefined) return { case: 'pathSeparatedPrefix', value: segments };
  return { case: 'prefix', value: uri?.prefix ?? '/' };
}

/** Headers in order of name, then method, authority and scheme. */
function headerMatchers(match: HttpMatch | undefined, dialect: Dialect): HeaderMatcherInit[] {
  const wanted = Object.entries(match?.headers ?? {})
    .filter(([name]) => claimPath(name) === undefined)
    .map(([name, value]) => [name, headerMatcher(name.toLowerCase(), value, dialect)] as const);
  const unwanted = Object.entries(match?.withoutHeaders ?? {})
    .filter(([name]) => claimPath(name) === undefined)
    .map(([name, value]) => [name, unwantedHeader(name.toLowerCase(), value, dialect)] as const);
  const pseudo = [
    [':method', match?.method],
    [':authority', match?.authority],
    [':scheme', match?.scheme],
  ] as const;
  return [
    ...[...wanted, ...unwanted].sort(byName).map(([, matcher]) => matcher),
    ...pseudo.flatMap(([name, value]) => (value === undefined ? [] : [headerMatcher(name, value, dialect)])),
  ];
}

/** A header that is absent counts as empty, so that a request without it is taken. */
function unwantedHeader(name: string, value: StringMatch, dialect: Dialect): HeaderMatcherInit {
  const matcher = { ...headerMatcher(name, value, dialect), invertMatch: true };
  return isPresence(value) ? matcher : { ...matcher, treatMissingHeaderAsEmpty: true };
}

function headerMatcher(name: string, value: StringMatch, dialect: Dialect): HeaderMatcherInit & { $typeName?: never } {
  if (isPresence(value)) return { name, headerMatchSpecifier: { case: 'presentMatch', value: true } };
  if (dialect === 'proxy') return { name, headerMatchSpecifier: { case: 'stringMatch', value: stringMatcher(value) } };
  if (value.exact !== undefined) return { name, headerMatchSpecifier: { case: 'exactMatch', value: value.exact } };
  if (value.prefix !== undefined) return { name, headerMatchSpecifier: { case: 'prefixMatch', value: value.prefix } };
  return { name, headerMatchSpecifier: { case: 'safeRegexMatch', value: { regex: value.regex ?? '' } } };
}

function queryMatcher(name: string, value: StringMatch): QueryParameterMatcher {
  return create(QueryParameterMatcherSchema, {
    name,
    queryParameterMatchSpecifier: isPresence(value)
      ? { case: 'presentMatch', value: true }
      : { case: 'stringMatch', value: stringMatcher(value) },
  });
}

function claims(match: HttpMatch | undefined) {
  const of = (values: Readonly<Record<string, StringMatch>> | undefined, invert: boolean) =>
    Object.entries(values ?? {})
      .sort(byName)
      .flatMap(([name, value]) => {
        const path = claimPath(name);
        return path === undefined ? [] : [claimMatcher(path, value, invert)];
      });
  return [...of(match?.headers, false), ...of(match?.withoutHeaders, true)];
}

function byName(left: readonly [string, unknown], right: readonly [string, unknown]): number {
  return left[0] < right[0] ? -1 : left[0] > right[0] ? 1 : 0;
}
