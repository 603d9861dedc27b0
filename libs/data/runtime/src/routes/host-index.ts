/** Which virtual host of a table a name or an authority is of: by its place, so that hosts can change under the same index. */

import { refuse } from '../check/refuse.ts';
import { type DomainIndex, indexDomains } from './domains.ts';

/** What a virtual host claims for itself alone. */
export interface HostClaims {
  readonly name: string;
  readonly domains: readonly string[];
}

export interface HostIndex {
  readonly placeOfName: ReadonlyMap<string, number>;
  readonly domains: DomainIndex;
}

/** @throws WeftError `config_rejected` for what two virtual hosts claim. */
export function indexHosts(hosts: readonly HostClaims[], where: string): HostIndex {
  const placeOfName = new Map<string, number>();
  for (const [place, { name }] of hosts.entries()) {
    if (placeOfName.has(name)) refuse(where, `virtual host ${name} stands twice`);
    placeOfName.set(name, place);
  }
  return { placeOfName, domains: indexDomains(hosts, where) };
}

/** Whether an index of the one serves the other. */
export function claimTheSame(hosts: readonly HostClaims[], others: readonly HostClaims[]): boolean {
  if (hosts.length !== others.length) return false;
  return hosts.every((host, place) => {
    const other = others[place];
    if (host === other) return true;
    return other !== undefined && host.name === other.name && sameTexts(host.domains, other.domains);
  });
}

function sameTexts(texts: readonly string[], others: readonly string[]): boolean {
  return texts.length === others.length && texts.every((text, at) => text === others[at]);
}
