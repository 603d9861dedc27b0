/** Warnings of rules and matches that no request can reach, because one before them takes it all (Istio: analyzeUnreachable…Rules). */

import { isDeepStrictEqual } from 'node:util';
import type { Report } from '../definition.ts';
import type { HttpMatch, StringMatch } from './http-spec.ts';
import type { VirtualServiceSpec } from './spec.ts';

export function warnOfUnusedRules(spec: VirtualServiceSpec, warn: Report): void {
  warnOfRepeats(spec.http, 'spec.http', warn);
  warnOfRepeats(spec.tcp, 'spec.tcp', warn);
  warnOfRepeats(spec.tls, 'spec.tls', warn);
  warnOfCovered(spec, warn);
}

interface Matching {
  readonly match?: readonly object[];
}

function warnOfRepeats(rules: readonly Matching[], path: string, warn: Report): void {
  const seen = new Map<string, number>();
  let catchAll: number | undefined;
  rules.forEach(({ match = [] }, index) => {
    if (catchAll !== undefined) {
      warn(`${path}[${index}]`, `not used: rule ${catchAll} takes everything already`);
      return;
    }
    if (match.length === 0) catchAll = index;
    let repeats = 0;
    match.forEach((one, position) => {
      const key = keyOf(one);
      const first = seen.get(key);
      if (first === undefined) {
        seen.set(key, index);
        return;
      }
      repeats++;
      warn(`${path}[${index}].match[${position}]`, `not used: rule ${first} has the same match`);
    });
    if (repeats > 1 && repeats === match.length)
      warn(`${path}[${index}]`, 'not used: rules before it have all of its matches');
  });
}

/** The conditions of a match alone, in one order of keys. */
function keyOf(match: object): string {
  const sorted = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
    return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
  };
  return JSON.stringify(sorted({ ...match, name: undefined }));
}

interface Placed {
  readonly match: HttpMatch;
  readonly rule: number;
  readonly position: number;
}

/** A longer prefix after a shorter one whose other conditions are no narrower. */
function warnOfCovered({ http }: VirtualServiceSpec, warn: Report): void {
  const prefixes: Placed[] = http.flatMap(({ match = [] }, rule) =>
    match
      .map((one, position) => ({ match: one, rule, position }))
      .filter((placed) => (placed.match.uri?.prefix ?? '') !== ''),
  );
  prefixes.forEach((later, index) => {
    const first = prefixes.slice(0, index).find((earlier) => covers(earlier.match, later.match));
    if (first === undefined) return;
    const shown = JSON.stringify(first.match.uri?.prefix);
    warn(
      `spec.http[${later.rule}].match[${later.position}]`,
      `not used: match ${first.position} of rule ${first.rule} (prefix ${shown}) takes what it would`,
    );
  });
}

function covers(earlier: HttpMatch, later: HttpMatch): boolean {
  const [short, long] = [earlier.uri?.prefix ?? '', later.uri?.prefix ?? ''];
  if (short === long || !long.startsWith(short)) return false;
  return (
    isDeepStrictEqual(otherConditions(earlier), otherConditions(later)) &&
    isNoNarrower(earlier.method, later.method) &&
    isNoNarrower(earlier.authority, later.authority) &&
    areNoNarrower(earlier.headers, later.headers) &&
    areNoNarrower(earlier.queryParams, later.queryParams)
  );
}

/** Compared as a whole: whether one is narrower is not looked at. */
function otherConditions({
  ignoreUriCase,
  scheme,
  withoutHeaders,
  port,
  sourceLabels,
  gateways,
  ...rest
}: HttpMatch): unknown {
  return [ignoreUriCase === true, scheme, withoutHeaders, port, sourceLabels, gateways, rest.sourceNamespace];
}

type Matches = Readonly<Record<string, StringMatch>> | undefined;

function areNoNarrower(earlier: Matches, later: Matches): boolean {
  return Object.entries(earlier ?? {}).every(([key, match]) => isNoNarrower(match, later?.[key]));
}

/** True where all that fits `later` fits `earlier`; of two regexes only when they are one. */
function isNoNarrower(earlier: StringMatch | undefined, later: StringMatch | undefined): boolean {
  if (earlier === undefined) return true;
  if (later === undefined) return false;
  if (Object.keys(earlier).length === 0) return true;
  if (earlier.prefix !== undefined) return (later.exact ?? later.prefix ?? '').startsWith(earlier.prefix);
  return isDeepStrictEqual(earlier, later);
}
