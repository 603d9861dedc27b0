/** The Gateway API's order among rules that take one request. */

import { compareByAgeAndPath } from '../age.ts';
import type { HttpMatch } from '../kinds/virtual-service/http-spec.ts';
import type { Resource } from '../resource.ts';
import type { TranslatedRule } from './translated-rule.ts';

export interface PlacedRule extends TranslatedRule {
  readonly resource: Resource;
}

/** Exact before prefix before regular expression, the longer before the shorter; what asks for nothing at all comes last. */
function pathRank(match: HttpMatch): readonly [number, number] {
  const { uri, pathPrefix } = match;
  if (Object.keys(match).length === 0) return [0, 0];
  if (uri?.exact !== undefined) return [3, uri.exact.length];
  const prefix = pathPrefix ?? uri?.prefix;
  if (prefix !== undefined) return [2, prefix.length];
  return uri?.regex === undefined ? [2, 1] : [1, uri.regex.length];
}

function rankOf({ rule }: TranslatedRule): readonly number[] {
  const match = rule.match?.[0] ?? {};
  const [kind, length] = pathRank(match);
  const count = (map: object | undefined): number => Object.keys(map ?? {}).length;
  return [kind, length, match.method === undefined ? 0 : 1, count(match.headers), count(match.queryParams)];
}

/** The more specific match first; then the older resource, then its namespace and name, then the order in it. Nothing is changed in place. */
export function byPrecedence(rules: readonly PlacedRule[]): readonly PlacedRule[] {
  const ranked = rules.map((rule) => ({ rule, rank: rankOf(rule) }));
  ranked.sort((a, b) => {
    const at = a.rank.findIndex((value, index) => value !== b.rank[index]);
    if (at >= 0) return (b.rank[at] ?? 0) - (a.rank[at] ?? 0);
    return a.rule.resource === b.rule.resource ? 0 : compareByAgeAndPath(a.rule.resource, b.rule.resource);
  });
  return ranked.map(({ rule }) => rule);
}
