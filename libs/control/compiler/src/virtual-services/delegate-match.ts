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

/** The delegate's conditions over the root's. */
function join(outer: HttpMatch, inner: HttpMatch): HttpMatch {
  const name = joinNames(outer.name, inner.name);
  const { ignoreUriCase, ...conditions } = outer;
  const maps = {
    headers: { ...outer.headers, ...inner.headers },
    withoutHeaders: { ...outer.withoutHeaders, ...inner.withoutHeaders },
    queryParams: { ...outer.queryParams, ...inner.queryParams },
    sourceLabels: { ...outer.sourceLabels, ...inner.sourceLabels },
  };
  const gateways = inner.gateways?.length ? inner.gateways : outer.gateways;
  return {
    ...conditions,
    ...inner,
    ...maps,
    ...(gateways === undefined ? {} : { gateways }),
    ...(name === undefined ? {} : { name }),
  };
}

/** "root-delegate", or the one that there is. */
export function joinNames(outer: string | undefined, inner: string | undefined): string | undefined {
  if (inner === undefined || inner === '') return outer;
  return outer === undefined || outer === '' ? inner : `${outer}-${inner}`;
}

function conflicts(outer: HttpMatch, inner: HttpMatch): boolean {
  const single = (['uri', 'scheme', 'method', 'authority'] as const).some((key) => outside(outer[key], inner[key]));
  const maps = (['headers', 'withoutHeaders', 'queryParams'] as const).some((key) =>
    mapConflicts(outer[key], inner[key]),
  );
  if (single || maps || callersConflict(outer, inner)) return true;
  if ((outer.ignoreUriCase ?? false) !== (inner.ignoreUriCase ?? false)) return true;
  return outer.port !== undefined && inner.port !== undefined && outer.port !== inner.port;
}

/** A namespace that the root asks for has to stand in the delegate as well; labels and gateways may be left to the root. */
function callersConflict(outer: HttpMatch, inner: HttpMatch): boolean {
  const { sourceNamespace = '', sourceLabels = {}, gateways = [] } = outer;
  if (sourceNamespace !== '' && sourceNamespace !== inner.sourceNamespace) return true;
  const labelled = Object.entries(inner.sourceLabels ?? {}).some(
    ([key, value]) => (sourceLabels[key] ?? value) !== value,
  );
  return labelled || (gateways.length > 0 && (inner.gateways ?? []).some((gateway) => !gateways.includes(gateway)));
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
