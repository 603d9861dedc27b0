/** Which virtual host takes an authority: Envoy's order of domains. */

import { refuse } from '../check/refuse.ts';

export interface DomainIndex {
  /** @param authority lower case. @returns the place of the virtual host in its table; -1: no host takes it. */
  find(authority: string): number;
}

interface WildcardGroup {
  readonly length: number;
  readonly byText: Map<string, number>;
}

/**
 * Exact, then the longest `*suffix`, then the longest `prefix*`, then `*`. A wildcard stands for at least one character.
 * @throws WeftError `config_rejected` for a domain that two virtual hosts claim.
 */
export function indexDomains(hosts: readonly { readonly domains: readonly string[] }[], where: string): DomainIndex {
  const exact = new Map<string, number>();
  const suffixes = new Map<string, number>();
  const prefixes = new Map<string, number>();
  let any = -1;
  for (const [place, { domains }] of hosts.entries()) {
    for (const domain of domains) {
      const lower = domain.toLowerCase();
      if (lower === '*') {
        if (any !== -1) refuse(where, 'domain "*" is claimed twice');
        any = place;
      } else if (lower.startsWith('*')) claim(suffixes, lower.slice(1), place, domain, where);
      else if (lower.endsWith('*')) claim(prefixes, lower.slice(0, -1), place, domain, where);
      else claim(exact, lower, place, domain, where);
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
        const place = group.byText.get(authority.slice(length - group.length));
        if (place !== undefined) return place;
      }
      for (const group of prefixGroups) {
        if (group.length >= length) continue;
        const place = group.byText.get(authority.slice(0, group.length));
        if (place !== undefined) return place;
      }
      return any;
    },
  };
}

function claim(into: Map<string, number>, key: string, place: number, domain: string, where: string): void {
  if (key === '' || key.includes('*')) refuse(where, `domain ${JSON.stringify(domain)} is not valid`);
  if (into.has(key)) refuse(where, `domain ${JSON.stringify(domain)} is claimed twice`);
  into.set(key, place);
}

function longestFirst(wildcards: ReadonlyMap<string, number>): readonly WildcardGroup[] {
  const groups = new Map<number, WildcardGroup>();
  for (const [text, place] of wildcards) {
    let group = groups.get(text.length);
    if (group === undefined) {
      group = { length: text.length, byText: new Map() };
      groups.set(text.length, group);
    }
    group.byText.set(text, place);
  }
  return [...groups.values()].sort((a, b) => b.length - a.length);
}
