/** Which virtual host takes an authority: Envoy's order of domains. */

import { refuse } from '../check/refuse.ts';

export interface DomainTable<T> {
  /** @param authority lower case. */
  find(authority: string): T | undefined;
}

interface WildcardGroup<T> {
  readonly length: number;
  readonly byText: Map<string, T>;
}

/**
 * Exact, then the longest `*suffix`, then the longest `prefix*`, then `*`. A wildcard stands for at least one character.
 * @throws WeftError `config_rejected` for a domain that two virtual hosts claim.
 */
export function compileDomains<T>(
  hosts: readonly { readonly domains: readonly string[]; readonly value: T }[],
  where: string,
): DomainTable<T> {
  const exact = new Map<string, T>();
  const suffixes = new Map<string, T>();
  const prefixes = new Map<string, T>();
  let any: T | undefined;
  for (const { domains, value } of hosts) {
    for (const domain of domains) {
      const lower = domain.toLowerCase();
      if (lower === '*') {
        if (any !== undefined) refuse(where, 'domain "*" is claimed twice');
        any = value;
      } else if (lower.startsWith('*')) claim(suffixes, lower.slice(1), value, domain, where);
      else if (lower.endsWith('*')) claim(prefixes, lower.slice(0, -1), value, domain, where);
      else claim(exact, lower, value, domain, where);
    }
  }
  const suffixGroups = longestFirst(suffixes);
  const prefixGroups = longestFirst(prefixes);
  return {
    find(authority) {
      const found = exact.get(authority);
      if (found !== undefined) return found;
      const { length } = authority;
      for (const group of suffixGroups) {
        if (group.length >= length) continue;
        const value = group.byText.get(authority.slice(length - group.length));
        if (value !== undefined) return value;
      }
      for (const group of prefixGroups) {
        if (group.length >= length) continue;
        const value = group.byText.get(authority.slice(0, group.length));
        if (value !== undefined) return value;
      }
      return any;
    },
  };
}

function claim<T>(into: Map<string, T>, key: string, value: T, domain: string, where: string): void {
  if (key === '' || key.includes('*')) refuse(where, `domain ${JSON.stringify(domain)} is not valid`);
  if (into.has(key)) refuse(where, `domain ${JSON.stringify(domain)} is claimed twice`);
  into.set(key, value);
}

function longestFirst<T>(wildcards: ReadonlyMap<string, T>): readonly WildcardGroup<T>[] {
  const groups = new Map<number, WildcardGroup<T>>();
  for (const [text, value] of wildcards) {
    let group = groups.get(text.length);
    if (group === undefined) {
      group = { length: text.length, byText: new Map() };
      groups.set(text.length, group);
    }
    group.byText.set(text, value);
  }
  return [...groups.values()].sort((a, b) => b.length - a.length);
}
