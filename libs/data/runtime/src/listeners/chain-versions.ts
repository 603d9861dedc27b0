/** Filter chains that an update of their listener leaves as they are: they stay the same objects, with their state and their connections. */

import { toBinary } from '@bufbuild/protobuf';
import { type FilterChain, FilterChainSchema } from '@weft/xds-messages/envoy/config/listener/v3/listener_components';
import type { FilterChainTable } from '../tables/listener.ts';
import { compileChain } from './filter-chain.ts';
import type { ListenerContext, ListenerFindings } from './listener-context.ts';

/** A chain as compiled, and all that its compilation found. */
export interface ChainVersion {
  readonly table: FilterChainTable;
  readonly findings: ListenerFindings;
  /** Clusters that it names. */
  readonly clusterNames: ReadonlySet<string>;
}

/** By name, direction and octets of the chain. */
export type ChainVersions = ReadonlyMap<string, ChainVersion>;

export interface ChainCompilation {
  /** A context whose cluster references are gathered in `clusterNames`. */
  contextOf(clusterNames: Set<string>): ListenerContext;
  /** Of the listener as it is in force. */
  readonly known: ChainVersions;
  /** Filled with those of this compilation. */
  readonly made: Map<string, ChainVersion>;
  readonly findings: ListenerFindings;
  readonly clusterNames: Set<string>;
}

/** @param unnamed what it is called where it has no name. @throws WeftError `config_rejected` */
export function chainVersion(
  chain: FilterChain,
  unnamed: string,
  compilation: ChainCompilation,
  where: string,
): FilterChainTable {
  const { name, direction } = compilation.findings;
  const octets = Buffer.from(toBinary(FilterChainSchema, chain)).toString('latin1');
  const key = `${unnamed} ${direction} ${octets}`;
  const version = compilation.known.get(key) ?? compileVersion(chain, unnamed, compilation, { name, direction }, where);
  compilation.made.set(key, version);
  const { findings, clusterNames } = compilation;
  for (const cluster of version.clusterNames) clusterNames.add(cluster);
  for (const route of version.findings.routeNames) findings.routeNames.add(route);
  for (const [place, routes] of version.findings.inlineRoutes) findings.inlineRoutes.set(place, routes);
  for (const secret of version.findings.secretNames) findings.secretNames.add(secret);
  for (const [secret, content] of version.findings.inlineSecrets) findings.inlineSecrets.set(secret, content);
  return version.table;
}

function compileVersion(
  chain: FilterChain,
  unnamed: string,
  { contextOf }: ChainCompilation,
  of: Pick<ListenerFindings, 'name' | 'direction'>,
  where: string,
): ChainVersion {
  const clusterNames = new Set<string>();
  const findings = newFindings(of.name, of.direction);
  const table = compileChain(chain, unnamed, contextOf(clusterNames), findings, where);
  return { table, findings, clusterNames };
}

export function newFindings(name: string, direction: ListenerFindings['direction']): ListenerFindings {
  return {
    name,
    direction,
    routeNames: new Set(),
    inlineRoutes: new Map(),
    secretNames: new Set(),
    inlineSecrets: new Map(),
  };
}
