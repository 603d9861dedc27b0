/** Conditions of a rule as route matches. */

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { HttpMatch, StringMatch } from '@weft/model';
import {
  HeaderMatcherSchema,
  QueryParameterMatcherSchema,
  type RouteMatch,
  RouteMatchSchema,
} from '@weft/xds-messages/envoy/config/route/v3/route_components';
import type { StringMatcherSchema } from '@weft/xds-messages/envoy/type/matcher/v3/string';

type HeaderMatcherInit = MessageInitShape<typeof HeaderMatcherSchema>;
type StringMatcherInit = MessageInitShape<typeof StringMatcherSchema>;

/** @param match nothing: every request. */
export function routeMatch(match: HttpMatch | undefined, dialect: 'proxy' | 'grpc'): RouteMatch {
  const headers = Object.entries(match?.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value] as const);
  if (match?.method !== undefined) headers.push([':method', match.method]);
  const query = Object.entries(match?.queryParams ?? {});
  return create(RouteMatchSchema, {
    pathSpecifier: pathSpecifier(match?.uri),
    headers: headers
      .sort(byName)
      .map(([name, value]) => create(HeaderMatcherSchema, headerMatcher(name, value, dialect))),
    queryParameters: query.sort(byName).map(([name, value]) =>
      create(QueryParameterMatcherSchema, {
        name,
        queryParameterMatchSpecifier: isPresence(value)
          ? { case: 'presentMatch', value: true }
          : { case: 'stringMatch', value: stringMatcher(value) },
      }),
    ),
  });
}

/** Prefix "/" or regex ".*", and nothing else that is asked for. */
export function isCatchAll(match: RouteMatch): boolean {
  const path = match.pathSpecifier;
  const anyPath =
    (path.case === 'prefix' && path.value === '/') || (path.case === 'safeRegex' && path.value.regex === '.*');
  return anyPath && match.headers.length === 0 && match.queryParameters.length === 0;
}

type PathSpecifier = Exclude<MessageInitShape<typeof RouteMatchSchema>['pathSpecifier'], undefined>;

function pathSpecifier(uri: StringMatch | undefined): PathSpecifier {
  if (uri?.exact !== undefined) return { case: 'path', value: uri.exact };
  if (uri?.regex !== undefined) return { case: 'safeRegex', value: { regex: uri.regex } };
  return { case: 'prefix', value: uri?.prefix ?? '/' };
}

function headerMatcher(name: string, value: StringMatch, dialect: 'proxy' | 'grpc'): HeaderMatcherInit {
  if (isPresence(value)) return { name, headerMatchSpecifier: { case: 'presentMatch', value: true } };
  if (dialect === 'proxy') return { name, headerMatchSpecifier: { case: 'stringMatch', value: stringMatcher(value) } };
  if (value.exact !== undefined) return { name, headerMatchSpecifier: { case: 'exactMatch', value: value.exact } };
  if (value.prefix !== undefined) return { name, headerMatchSpecifier: { case: 'prefixMatch', value: value.prefix } };
  return { name, headerMatchSpecifier: { case: 'safeRegexMatch', value: { regex: value.regex ?? '' } } };
}

/** An empty match, or the regex "*", asks for presence alone (Istio's canBeConvertedToPresentMatch). */
function isPresence(value: StringMatch): boolean {
  return value.regex === '*' || (value.exact === undefined && value.prefix === undefined && value.regex === undefined);
}

function stringMatcher(value: StringMatch): StringMatcherInit {
  if (value.exact !== undefined) return { matchPattern: { case: 'exact', value: value.exact } };
  if (value.prefix !== undefined) return { matchPattern: { case: 'prefix', value: value.prefix } };
  return { matchPattern: { case: 'safeRegex', value: { regex: value.regex ?? '' } } };
}

function byName(left: readonly [string, unknown], right: readonly [string, unknown]): number {
  return left[0] < right[0] ? -1 : left[0] > right[0] ? 1 : 0;
}
