/** Two chains of one listener that match the same connections: Envoy refuses the listener, so the first stays. */

import type { Chain } from './listener.ts';

/** @param taken told of each chain that is left out. */
export function withoutConflicts(chains: readonly Chain[], taken: (left: Chain, by: Chain) => void): readonly Chain[] {
  const owners = new Map<string, Chain>();
  const kept: Chain[] = [];
  for (const chain of chains) {
    const keys = keysOf(chain);
    const free = keys.filter((key) => !owners.has(key));
    const owner = keys.map((key) => owners.get(key)).find((found) => found !== undefined);
    if (owner !== undefined && owner !== chain) taken(chain, owner);
    if (free.length === 0) continue;
    for (const key of free) owners.set(key, chain);
    kept.push(free.length === keys.length ? chain : onlyNames(chain, free));
  }
  return kept;
}

const separator = '\n';

/** One key for each server name: a chain may lose some of them and keep the others. */
function keysOf({ match = {} }: Chain): readonly string[] {
  const { serverNames, ...rest } = match;
  const place = JSON.stringify(rest);
  return (serverNames?.length ? serverNames : ['']).map((name) => `${name}${separator}${place}`);
}

function onlyNames(chain: Chain, keys: readonly string[]): Chain {
  const serverNames = keys.map((key) => key.slice(0, key.indexOf(separator)));
  return { ...chain, match: { ...chain.match, serverNames } };
}
