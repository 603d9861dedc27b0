/** Which filter chain takes a connection: Envoy's order of criteria, each narrowing what is left, without a way back. */

import { BlockList, isIPv6 } from 'node:net';
import type { FilterChainMatch, FilterChainTable } from '@weft/data-runtime';

/** What is known of a connection when its chain is chosen. */
export interface ConnectionFacts {
  readonly destinationAddress: string;
  readonly destinationPort: number;
  readonly serverName: string;
  readonly transportProtocol: string;
  readonly applicationProtocols: readonly string[];
  /** The client as the PROXY protocol names it, else the socket's peer. */
  readonly sourceAddress: string;
  readonly sourcePort: number;
  readonly directSourceAddress: string;
}

/** @returns nothing: no chain takes it, and there is no default. */
export type ChainMatch = (facts: ConnectionFacts) => FilterChainTable | undefined;

interface Candidate {
  readonly chain: FilterChainTable;
  readonly match: FilterChainMatch;
  readonly destination: readonly Range[];
  readonly source: readonly Range[];
  readonly directSource: readonly Range[];
}

interface Range {
  readonly bits: number;
  has(address: string): boolean;
}

/** How well a criterion fits: negative: not at all; 0: it says nothing; more: the more specific. */
type Fit = (candidate: Candidate, facts: ConnectionFacts) => number;

const order: readonly Fit[] = [
  ({ match }, facts) =>
    exactFit(match.destinationPort === undefined ? [] : [match.destinationPort], facts.destinationPort),
  ({ destination }, facts) => rangeFit(destination, facts.destinationAddress),
  ({ match }, facts) => serverNameFit(match.serverNames, facts.serverName),
  ({ match }, facts) =>
    exactFit(match.transportProtocol === '' ? [] : [match.transportProtocol], facts.transportProtocol),
  ({ match }, { applicationProtocols: offered }) => {
    if (match.applicationProtocols.length === 0) return 0;
    // The client's order decides between chains that it could have.
    const at = offered.findIndex((name) => match.applicationProtocols.includes(name));
    return at < 0 ? -1 : offered.length - at;
  },
  ({ directSource }, facts) => rangeFit(directSource, facts.directSourceAddress),
  ({ match }, facts) => sourceTypeFit(match.sourceType, facts),
  ({ source }, facts) => rangeFit(source, facts.sourceAddress),
  ({ match }, facts) => exactFit(match.sourcePorts, facts.sourcePort),
];

export function compileChains(chains: readonly FilterChainTable[], fallback: FilterChainTable | undefined): ChainMatch {
  const [only] = chains;
  if (only !== undefined && chains.length === 1 && saysNothing(only.match)) return () => only;
  const candidates = chains.map((chain) => ({
    chain,
    match: chain.match,
    destination: chain.match.destinationRanges.map(compileRange),
    source: chain.match.sourceRanges.map(compileRange),
    directSource: chain.match.directSourceRanges.map(compileRange),
  }));
  return (facts) => {
    let left: readonly Candidate[] = candidates;
    for (const fit of order) {
      left = best(left, fit, facts);
      if (left.length === 0) return fallback;
    }
    return left[0]?.chain;
  };
}

function best(candidates: readonly Candidate[], fit: Fit, facts: ConnectionFacts): readonly Candidate[] {
  const fits = candidates.map((candidate) => fit(candidate, facts));
  const most = Math.max(...fits);
  return most < 0 ? [] : candidates.filter((_, index) => fits[index] === most);
}

function saysNothing(match: FilterChainMatch): boolean {
  return (
    match.destinationPort === undefined &&
    match.transportProtocol === '' &&
    match.sourceType === 'any' &&
    [match.destinationRanges, match.sourceRanges, match.directSourceRanges, match.serverNames].every(
      (list) => list.length === 0,
    ) &&
    match.sourcePorts.length === 0 &&
    match.applicationProtocols.length === 0
  );
}

function exactFit(wanted: readonly (string | number)[], got: string | number): number {
  if (wanted.length === 0) return 0;
  return wanted.includes(got) ? 1 : -1;
}

function rangeFit(ranges: readonly Range[], address: string): number {
  if (ranges.length === 0) return 0;
  let most = -1;
  for (const range of ranges) if (range.bits + 1 > most && range.has(address)) most = range.bits + 1;
  return most;
}

/** Exact before wildcard, a longer wildcard before a shorter one. */
function serverNameFit(names: readonly string[], got: string): number {
  if (names.length === 0) return 0;
  let most = -1;
  for (const name of names) {
    if (name === got) most = Number.MAX_SAFE_INTEGER;
    else if (name.startsWith('*.') && got.endsWith(name.slice(1)) && name.length > most) most = name.length;
  }
  return most;
}

function sourceTypeFit(type: FilterChainMatch['sourceType'], facts: ConnectionFacts): number {
  if (type === 'any') return 0;
  const local = facts.sourceAddress === facts.destinationAddress || isLoopback(facts.sourceAddress);
  return local === (type === 'same-ip-or-loopback') ? 1 : -1;
}

/** As a running Envoy 1.40 has it: the two addresses, not all of 127.0.0.0/8. */
function isLoopback(address: string): boolean {
  return address === '127.0.0.1' || address === '::1';
}

/** @param text "10.0.0.0/8"; judged when the configuration was compiled. */
function compileRange(text: string): Range {
  const slash = text.lastIndexOf('/');
  const address = text.slice(0, slash);
  const bits = Number(text.slice(slash + 1));
  const family = isIPv6(address) ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  list.addSubnet(address, bits, family);
  return { bits, has: (candidate) => isIPv6(candidate) === (family === 'ipv6') && list.check(candidate, family) };
}
