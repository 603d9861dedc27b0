/** The keys of `when`, and what their values may be. */

import { ipBlockProblem, portTextProblem, serviceAccountProblem } from './values.ts';

type ValueProblem = (value: string) => string | undefined;

const anyText: ValueProblem = () => undefined;

const plainKeys: ReadonlyMap<string, ValueProblem> = new Map([
  ['source.ip', ipBlockProblem],
  ['remote.ip', ipBlockProblem],
  ['source.namespace', anyText],
  ['source.principal', anyText],
  ['source.serviceAccount', serviceAccountProblem],
  ['source.trustDomain', anyText],
  ['request.auth.principal', anyText],
  ['request.auth.audiences', anyText],
  ['request.auth.presenter', anyText],
  ['destination.ip', ipBlockProblem],
  ['destination.port', portTextProblem],
  ['connection.sni', anyText],
]);

/** Prefixes of keys that name a member in brackets. */
const memberKeys = ['request.headers', 'request.auth.claims', 'experimental.envoy.filters.'] as const;

/** Keys of Istio's past, with what stands in for them. */
const goneKeys: readonly (readonly [prefix: string, instead: string])[] = [
  ['destination.namespace', 'the policy’s own namespace says so'],
  ['destination.labels', 'use the policy’s selector'],
  ['destination.name', 'use the policy’s selector'],
  ['destination.user', 'use the policy’s selector'],
];

export interface ConditionKey {
  /** What is wrong with the key; then `value` means nothing. */
  readonly problem?: string;
  readonly value: ValueProblem;
}

export function readConditionKey(key: string): ConditionKey {
  const value = plainKeys.get(key);
  if (value !== undefined) return { value };
  const prefix = memberKeys.find((candidate) => key.startsWith(candidate));
  const shown = JSON.stringify(key.length > 80 ? `${key.slice(0, 80)}…` : key);
  if (prefix !== undefined) {
    const open = key.indexOf('[');
    if (key.endsWith(']') && open > 0 && open < key.length - 2) return { value: anyText };
    return { value: anyText, problem: `the key ${shown} names no member; write for example "${exampleOf(prefix)}"` };
  }
  if (key.startsWith('request.experimental.inline.headers'))
    return { value: anyText, problem: `the key ${shown} is not done yet in this version; use "request.headers[…]"` };
  const gone = goneKeys.find(([candidate]) => key.startsWith(candidate));
  if (gone !== undefined) return { value: anyText, problem: `the key ${shown} is not known any more: ${gone[1]}` };
  const known = [...plainKeys.keys(), 'request.headers[name]', 'request.auth.claims[name]'].join(', ');
  return { value: anyText, problem: `unknown key ${shown}; known: ${known}` };
}

function exampleOf(prefix: (typeof memberKeys)[number]): string {
  return prefix.endsWith('.') ? `${prefix}network.mysql_proxy[db.table]` : `${prefix}[name]`;
}
