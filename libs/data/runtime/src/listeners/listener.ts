/** A Listener message as a table. */

import { SocketAddress_Protocol as Protocol } from '@weft/xds-messages/envoy/config/core/v3/address';
import { TrafficDirection } from '@weft/xds-messages/envoy/config/core/v3/base';
import type { Listener } from '@weft/xds-messages/envoy/config/listener/v3/listener';
import { refuse } from '../check/refuse.ts';
import { milliseconds } from '../duration.ts';
import * as limits from '../limits.ts';
import { ownWorkload, policyProvenances, provenanceOf } from '../metadata.ts';
import type { Direction, ListenerTable } from '../tables/listener.ts';
import type { RouteTable } from '../tables/route.ts';
import type { TlsSecret } from '../tables/tls.ts';
import { compileAccessLogs } from './access-log.ts';
import { type ChainVersion, type ChainVersions, chainVersion, newFindings } from './chain-versions.ts';
import { needsTlsInspection } from './filter-chain-match.ts';
import type { ListenerContext } from './listener-context.ts';
import { compileListenerFilters } from './listener-filters.ts';

export interface CompiledListener {
  readonly table: ListenerTable;
  /** RDS names that it wants. */
  readonly routeNames: ReadonlySet<string>;
  /** Its own routes, to be put into the places that `table` points to; by key. */
  readonly inlineRoutes: ReadonlyMap<string, RouteTable>;
  /** Secrets to ask for, and those that it brings along. */
  readonly secretNames: ReadonlySet<string>;
  readonly inlineSecrets: ReadonlyMap<string, TlsSecret>;
  /** Clusters that it names. */
  readonly clusterNames: ReadonlySet<string>;
  /** For the next version of this listener. */
  readonly chains: ChainVersions;
}

/**
 * @param contextOf a context whose cluster references are gathered in the given set.
 * @param known chains of the version in force: what did not change stays the same object.
 * @throws WeftError `config_rejected`
 */
export function compileListener(
  listener: Listener,
  contextOf: (clusterNames: Set<string>) => ListenerContext,
  known: ChainVersions,
  where: string,
): CompiledListener {
  const clusterNames = new Set<string>();
  const context = contextOf(clusterNames);
  const { bind, port } = addressOf(listener, where);
  if (listener.transparent === true)
    refuse(
      where,
      'transparent (TPROXY) is not supported: take connections by REDIRECT, as `weft capture` does (INTERCEPTION_MODE)',
    );
  const direction = directionOf(listener.trafficDirection, context);
  const findings = newFindings(listener.name, direction);
  const made = new Map<string, ChainVersion>();
  const compilation = { contextOf, known, made, findings, clusterNames };
  const { filterChains, defaultFilterChain } = listener;
  if (filterChains.length > limits.filterChainsMax) refuse(where, `filter_chains: over ${limits.filterChainsMax}`);
  if (filterChains.length === 0 && defaultFilterChain === undefined) refuse(where, 'filter_chains is empty');
  const chains = filterChains.map((chain, index) => chainVersion(chain, `#${index}`, compilation, where));
  checkDistinct(chains, where);
  const filters = compileListenerFilters(listener.listenerFilters, where);
  const useOriginalDestination = listener.useOriginalDst === true;
  const table: ListenerTable = {
    name: listener.name,
    bind,
    port,
    bindToPort: listener.bindToPort !== false,
    direction,
    from: provenanceOf(listener.metadata),
    workload: ownWorkload(listener.metadata),
    policies: policyProvenances(listener.metadata),
    useOriginalDestination,
    ...filters,
    originalDestination: filters.originalDestination || useOriginalDestination,
    // Envoy puts the inspector in by itself where a chain cannot be told without.
    inspectTls: filters.inspectTls || chains.some(({ match }) => needsTlsInspection(match)),
    inspectTimeoutMs: milliseconds(listener.listenerFiltersTimeout, limits.listenerFiltersTimeoutMs),
    continueOnTimeout: listener.continueOnListenerFiltersTimeout,
    chains,
    defaultChain:
      defaultFilterChain === undefined ? undefined : chainVersion(defaultFilterChain, '#default', compilation, where),
    connectionsMax: limits.listenerConnectionsMax,
    bufferBytesMax: listener.perConnectionBufferLimitBytes ?? limits.connectionBufferBytesMax,
    accessLogs: compileAccessLogs(listener.accessLog, context.plugs, where),
  };
  const { routeNames, inlineRoutes, secretNames, inlineSecrets } = findings;
  return { table, routeNames, inlineRoutes, secretNames, inlineSecrets, clusterNames, chains: made };
}

function addressOf(listener: Listener, where: string): { readonly bind: string; readonly port: number } {
  const socket = listener.address?.address;
  if (socket?.case === 'pipe') return refuse(where, 'address.pipe: Unix sockets are not listened on, only TCP ports');
  if (socket?.case !== 'socketAddress') return refuse(where, 'address.socket_address is missing');
  const { address, portSpecifier, protocol } = socket.value;
  if (protocol !== Protocol.TCP) refuse(where, 'address.socket_address.protocol: UDP is not supported');
  if (portSpecifier.case !== 'portValue' || portSpecifier.value > 65_535) {
    return refuse(where, 'port_value is not valid');
  }
  return { bind: address, port: portSpecifier.value };
}

/** Users of Envoy write no direction: what they mean is a proxy in front of others. */
function directionOf(direction: TrafficDirection, context: ListenerContext): Direction {
  return direction === TrafficDirection.INBOUND ? 'inbound' : context.outbound;
}

function checkDistinct(chains: ListenerTable['chains'], where: string): void {
  const seen = new Map<string, string>();
  for (const { match, name } of chains) {
    const key = JSON.stringify(match);
    const other = seen.get(key);
    if (other !== undefined) refuse(where, `filter chains ${name} and ${other} have the same filter_chain_match`);
    seen.set(key, name);
  }
}
