/** The YAML form of HTTPRoute's matches; Linkerd's own HTTPRoute has the same. */

import type { z } from 'zod';
import { regexProblem } from '../../../schema/fields.ts';
import { apiObject, choice } from '../../../schema/object.ts';
import { boundedList, headerName, textOf } from '../fields.ts';
import type { NamedMatch } from '../route-filters.ts';
import type { HttpRouteMatch } from './spec.ts';

const conditionsMax = 16;
const pathLengthMax = 1024;
const allowedPath = /^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})+$/;

/** What RFC 3986 would change, or what two readers could read differently, is refused. */
function pathProblem(value: string): string | undefined {
  if (!value.startsWith('/')) return `the path ${JSON.stringify(value)} must start with "/"`;
  if (/\/\/|\/\.{1,2}(\/|$)|%2[fF]|#/.test(value)) {
    return 'a path must not contain "//", "/./", "/../", "#" or an encoded slash';
  }
  return allowedPath.test(value) ? undefined : 'a path must not contain characters that need encoding';
}

const path = apiObject('HTTPRoute.rules.matches.path', {
  type: choice('HTTPRoute.rules.matches.path.type', ['Exact', 'PathPrefix', 'RegularExpression']).exactOptional(),
  value: textOf('a path', 1, pathLengthMax).exactOptional(),
}).superRefine(({ type = 'PathPrefix', value }, context) => {
  if (value === undefined) return;
  const message = type === 'RegularExpression' ? regexProblem(value) : pathProblem(value);
  if (message !== undefined) context.addIssue({ code: 'custom', message, path: ['value'] });
});

/** @param api "HTTPRoute.rules.matches.headers". */
export function namedMatches(api: string, what: string, valueMax: number): z.ZodType<NamedMatch[]> {
  const one = apiObject(api, {
    type: choice(`${api}.type`, ['Exact', 'RegularExpression']).exactOptional(),
    name: headerName,
    value: textOf(`the value of a ${what}`, 1, valueMax),
  }).superRefine(({ type, value }, context) => {
    const message = type === 'RegularExpression' ? regexProblem(value) : undefined;
    if (message !== undefined) context.addIssue({ code: 'custom', message, path: ['value'] });
  });
  return boundedList(one, what, 0, conditionsMax).superRefine((list, context) => {
    const seen = new Set<string>();
    list.forEach(({ name }, index) => {
      if (seen.has(name)) {
        const message = `the ${what} ${JSON.stringify(name)} is given twice`;
        context.addIssue({ code: 'custom', message, path: [index, 'name'] });
      }
      seen.add(name);
    });
  });
}

export const httpRouteMatch: z.ZodType<HttpRouteMatch> = apiObject('HTTPRoute.rules.matches', {
  path: path.exactOptional(),
  headers: namedMatches('HTTPRoute.rules.matches.headers', 'header', 4096).exactOptional(),
  queryParams: namedMatches('HTTPRoute.rules.matches.queryParams', 'query parameter', 1024).exactOptional(),
  method: choice('HTTPRoute.rules.matches.method', [
    ...(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH'] as const),
  ]).exactOptional(),
});
