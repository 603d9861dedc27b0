/** Conditions of a rule that delegates, joined with those of the rule that it delegates to (Istio's mergeHTTPMatchRequests). */

import type { HttpMatch, StringMatch } from '@weft/model';
import type { PlacedMatch } from './placed-rule.ts';

/**
 * Every alternative of the delegate joined with each alternative of the root that it lies within.
 *
 * @returns undefined where an alternative of the delegate lies within none: the delegate's rule is then dropped.
 */
export function joinMatches(
  root: readonly PlacedMatch[],
  delegate: readonly PlacedMatch[],
): readonly PlacedMatch[] | undefined {
  const rootAsks = root.filter(({ match }) => match !== undefined);
  const delegateAsks = delegate.filter(({ match }) => match !== undefined);
  if (rootAsks.length === 0) return delegate;
  if (delegateAsks.length === 0) return root;
  const joined: PlacedMatch[] = [];
  for (const { match: inner = {}, origin } of delegateAsks) {
    const within = rootAsks.flatMap(({ match: outer = {} }) => (conflicts(outer, inner) ? [] : [join(outer, inner)]));
    if (within.length === 0) return undefined;
    joined.push(...within.map((match) => ({ match, origin })));
  }
  return joined;
}

/** The delegate's conditions over the root's. Whom the request comes from is the root's business alone and is not taken over. */
function join(outer: HttpMatch, inner: HttpMatch): HttpMatch {
  const name = joinNames(outer.name, inner.name);
  const { gateways, sourceLabels, sourceNamespace, statPrefix, ignoreUriCase, ...conditions } = outer;
  const maps = {
    headers: { ...outer.headers, ...inner.headers },
    withoutHeaders: { ...outer.withoutHeaders, ...inner.withoutHeaders },
    queryParams: { ...outer.queryParams, ...inner.queryParams },
  };
  return { ...conditions, ...inner, ...maps, ...(name === undefined ? {} : { name }) };
}

/** "root-delegate", or the one that there is. */
export function joinNames(outer: string | undefined, inner: string | undefined): string | undefined {
  if (inner === undefined || inner === '') return outer;
  return outer === undefined || outer === '' ? inner : `${outer}-${inner}`;
}

function conflicts(outer: HttpMatch, inner: HttpMatch): boolean {
  const single = (['uri', 'scheme', 'method', 'authority'] as const).some((key) => outside(outer[key], inner[key]));
  if (single) return true;
  if (mapConflicts(outer.headers, inner.headers) || mapConflicts(outer.queryParams, inner.queryParams)) return true;
  // A header that the root asks for and the delegate forbids; Istio compares these two maps.
  if (mapConflicts(outer.headers, inner.withoutHeaders)) return true;
  if ((outer.ignoreUriCase ?? false) !== (inner.ignoreUriCase ?? false)) return true;
  return outer.port !== undefined && inner.port !== undefined && outer.port !== inner.port;
}

function mapConflicts(
  outer: Readonly<Record<string, StringMatch>> = {},
  inner: Readonly<Record<string, StringMatch>> = {},
): boolean {
  return Object.entries(inner).some(([name, value]) => outside(outer[name], value));
}

/** True unless every text that `inner` takes is taken by `outer`; regular expressions are never compared. */
function outside(outer: StringMatch | undefined, inner: StringMatch | undefined): boolean {
  if (outer === undefined || inner === undefined) return false;
  if (outer.regex !== undefined || inner.regex !== undefined) return true;
  if (outer.exact !== undefined) return inner.exact !== outer.exact;
  if (outer.prefix === undefined) return true;
  const text = inner.exact ?? inner.prefix;
  return text === undefined || !text.startsWith(outer.prefix);
}
