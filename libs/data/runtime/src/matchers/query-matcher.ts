/** Envoy's QueryParameterMatcher as a closure over a request's query. */

import type { QueryParameterMatcher } from '@weft/xds-messages/envoy/config/route/v3/route_components';
import type { RequestTest } from './header-matcher.ts';
import { compileTextTest } from './text-matcher.ts';

/** The first value of a parameter counts, as it was sent: nothing is decoded. @throws WeftError `config_rejected` */
export function compileQueryTest(matcher: QueryParameterMatcher, where: string): RequestTest {
  const { name } = matcher;
  const specifier = matcher.queryParameterMatchSpecifier;
  if (specifier.case === 'stringMatch') {
    const test = compileTextTest(specifier.value, `${where}: query parameter ${name}`);
    return (request) => {
      const value = queryValue(request.query, name);
      return value !== undefined && test(value);
    };
  }
  const wanted = specifier.case === undefined || specifier.value;
  return (request) => (queryValue(request.query, name) !== undefined) === wanted;
}

/** The first value of a parameter as it was sent; empty for one without "=". @param query without "?". */
export function queryValue(query: string, name: string): string | undefined {
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
