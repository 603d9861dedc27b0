/** Conditions of a ServiceProfile, nested at will → alternatives of flat matches. */

import type { RequestMatch } from '../kinds/linkerd/service-profile/spec.ts';
import type { HttpMatch, StringMatch } from '../kinds/virtual-service/http-spec.ts';

/** One thing asked of a request; `path` is RE2 over the path without query. */
interface Literal {
  readonly on: 'method' | 'path';
  readonly value: string;
  readonly negated: boolean;
}

/** All of its literals together. */
type Clause = readonly Literal[];

const clausesMax = 64;
const tooMany = `the condition has more than ${clausesMax} alternatives once it is flat; the route is left out`;
const tooDeep = 'the condition asks more of one path or method than one match can say; the route is left out';

/** Alternatives, each of one match; or a sentence that says why there are none. */
export function profileMatches(condition: RequestMatch): readonly HttpMatch[] | string {
  const clauses = flatten(condition, false);
  if (clauses === undefined) return tooMany;
  const matches: HttpMatch[] = [];
  for (const clause of clauses) {
    const match = matchOf(clause);
    if (match === undefined) return tooDeep;
    matches.push(match);
  }
  return matches;
}

/** Negation goes down to the literals (De Morgan). Undefined: too many. */
function flatten(condition: RequestMatch, negated: boolean): readonly Clause[] | undefined {
  const { method, pathRegex, all, any, not } = condition;
  const parts: (readonly Clause[] | undefined)[] = [];
  if (method !== undefined) parts.push([[{ on: 'method', value: method.toUpperCase(), negated }]]);
  if (pathRegex !== undefined) parts.push([[{ on: 'path', value: pathRegex, negated }]]);
  if (all !== undefined)
    parts.push(
      combine(
        all.map((one) => flatten(one, negated)),
        negated,
      ),
    );
  if (any !== undefined)
    parts.push(
      combine(
        any.map((one) => flatten(one, negated)),
        !negated,
      ),
    );
  if (not !== undefined) parts.push(flatten(not, !negated));
  return combine(parts, negated);
}

/** @param either true: one of the parts holds; false: all of them do. */
function combine(parts: readonly (readonly Clause[] | undefined)[], either: boolean): readonly Clause[] | undefined {
  let result: readonly Clause[] = either ? [] : [[]];
  for (const part of parts) {
    if (part === undefined) return undefined;
    result = either ? [...result, ...part] : result.flatMap((left) => part.map((right) => [...left, ...right]));
    if (result.length > clausesMax) return undefined;
  }
  return result;
}

const withQuery = (regex: string): string => `(?:${regex})(?:\\?.*)?`;

/** One positive and one negated literal of a kind find their place; more of the same do not. */
function matchOf(clause: Clause): HttpMatch | undefined {
  const match: { uri?: StringMatch; method?: StringMatch } = {};
  const withoutHeaders: Record<string, StringMatch> = {};
  for (const { on, value, negated } of clause) {
    if (negated) {
      const name = on === 'method' ? ':method' : ':path';
      if (Object.hasOwn(withoutHeaders, name)) return undefined;
      withoutHeaders[name] = on === 'method' ? { exact: value } : { regex: withQuery(value) };
    } else {
      const field = on === 'method' ? 'method' : 'uri';
      if (match[field] !== undefined) return undefined;
      match[field] = on === 'method' ? { exact: value } : { regex: value };
    }
  }
  return Object.keys(withoutHeaders).length === 0 ? match : { ...match, withoutHeaders };
}
