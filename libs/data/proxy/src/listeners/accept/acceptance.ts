/** From an accepted socket to its handler: original destination, PROXY header, first octets, filter chain, TLS, network filters. */

import type { Socket } from 'node:net';
import type { ConnectionInfo, FilterChainTable, ListenerTable, NetworkConnection } from '@weft/data-runtime';
import type { Clock, ErrorCode } from '@weft/kernel';
import { parseProxyHeader, proxyIncomplete, proxyLimits } from '@weft/proxy-protocol';
import { clientHelloBytesMax } from '@weft/tls';
import { type Addresses, addressesOf, connectionInfo, splitHostPort } from '../connection-info.ts';
import type { ChainServers } from './chain-servers.ts';
import { FirstOctets, type FirstOctetsEnd } from './first-octets.ts';
import { type Inspected, inspect, requestLineBytesMax } from './inspect.ts';

/** Why a connection got no handler. */
export interface Refusal {
  readonly code: ErrorCode;
  /** One sentence. */
  readonly reason: string;
  /** For access logs: Envoy's response flag and response_code_details, or connection_termination_details of what a network filter denied. */
  readonly flag: string;
  readonly details: string;
}

export interface AcceptanceDeps {
  readonly clock: Clock;
  /** The chains of the listener as it is now, with their TLS ends. */
  servers(): ChainServers;
  /** The listener of an original destination, for `use_original_dst`; nothing: there is none. */
  listenerOf(address: string): ChainServers | undefined;
  /** Where the client wanted to go before iptables; nothing: the system does not say. */
  originalDestination(socket: Socket): string | undefined;
  /** @param first octets that were read of the socket: it has no more. */
  hand(socket: Socket, info: ConnectionInfo, chain: FilterChainTable, first: Buffer | undefined): void;
  /** @param chain that refused it; nothing: it got to none. */
  refused(refusal: Refusal, table: ListenerTable, info: ConnectionInfo, chain: FilterChainTable | undefined): void;
}

/** A connection on its way. */
interface Accepted {
  readonly socket: Socket;
  readonly servers: ChainServers;
  readonly addresses: Addresses;
  readonly deps: AcceptanceDeps;
  /** Nothing: not one octet is looked at. */
  readonly octets: FirstOctets | undefined;
}

const plain: Inspected = { transportProtocol: 'raw_buffer', hello: undefined, http: '' };
const noChain = { flag: 'NR', details: 'filter_chain_not_found' };
const octetsMax = Math.max(clientHelloBytesMax + 4_096, requestLineBytesMax);
const proxyOctetsMax = proxyLimits.bodyBytesMax + 16;

export function acceptConnection(socket: Socket, deps: AcceptanceDeps): void {
  // Until a handler has it nobody else listens for what goes wrong with it.
  socket.on('error', ignore);
  let servers = deps.servers();
  const addresses = addressesOf(socket);
  if (servers.table.originalDestination) {
    const wanted = deps.originalDestination(socket);
    if (wanted !== undefined && wanted !== addresses.local) {
      addresses.restored = true;
      addresses.local = wanted;
    }
  }
  if (servers.table.useOriginalDestination && addresses.restored) servers = deps.listenerOf(addresses.local) ?? servers;
  const { table } = servers;
  const { port } = splitHostPort(addresses.local);
  const tls = table.inspectTls && table.skipTlsInspection?.(port) !== true;
  const http = table.inspectHttp && table.skipHttpInspection?.(port) !== true;
  const looks = tls || http || table.proxyProtocol !== undefined;
  const options = { clock: deps.clock, timeoutMs: table.inspectTimeoutMs };
  const octets = looks ? new FirstOctets(socket, options) : undefined;
  const accepted: Accepted = { socket, servers, addresses, deps, octets };
  readProxyHeader(accepted, () => look(accepted, tls, http));
}

/** The PROXY header, where the listener wants one. */
function readProxyHeader(accepted: Accepted, next: () => void): void {
  const { addresses, octets } = accepted;
  const mode = accepted.servers.table.proxyProtocol;
  if (mode === undefined || octets === undefined) {
    next();
    return;
  }
  let problem: string | undefined;
  const judge = (bytes: Buffer): 'more' | { readonly taken: number } => {
    const header = parseProxyHeader(bytes);
    if (header === proxyIncomplete) return 'more';
    if (typeof header === 'string') {
      if (header !== 'absent' || mode !== 'optional') problem = header;
      return { taken: 0 };
    }
    if (!header.local) {
      addresses.remote = header.source;
      addresses.local = header.destination;
      addresses.restored = true;
    }
    return { taken: header.length };
  };
  octets.read(proxyOctetsMax, judge, (end) => {
    if (problem !== undefined) refuse(accepted, 'no_filter_chain', `its PROXY header is not valid: ${problem}`);
    else if (end === 'ready') next();
    else if (end === 'limit') refuse(accepted, 'no_filter_chain', 'its PROXY header is too long');
    else goOn(accepted, end, plain, 'its PROXY header did not come in time');
  });
}

/** The first octets, where a chain depends on them. */
function look(accepted: Accepted, tls: boolean, http: boolean): void {
  const { octets } = accepted;
  if ((!tls && !http) || octets === undefined) {
    choose(accepted, plain);
    return;
  }
  let found: Inspected = plain;
  const judge = (bytes: Buffer): 'more' | { readonly taken: number } => {
    const seen = inspect(bytes, tls, http);
    if (seen === undefined) return 'more';
    found = seen;
    return { taken: 0 };
  };
  octets.read(octetsMax, judge, (end) => goOn(accepted, end, found, 'it did not say in time what it speaks'));
}

function goOn(accepted: Accepted, end: FirstOctetsEnd, seen: Inspected, late: string): void {
  const { table } = accepted.servers;
  if (end === 'closed' || end === 'ended')
    refuse(accepted, 'downstream_closed', 'it ended before its first octets did');
  else if (end === 'timeout' && !table.continueOnTimeout) refuse(accepted, 'no_filter_chain', late);
  else choose(accepted, seen);
}

function choose(accepted: Accepted, seen: Inspected): void {
  const { socket, servers, addresses } = accepted;
  const destination = splitHostPort(addresses.local);
  const source = splitHostPort(addresses.remote);
  const chain = servers.match({
    destinationAddress: destination.address,
    destinationPort: destination.port,
    serverName: seen.hello?.serverName ?? '',
    transportProtocol: seen.transportProtocol,
    applicationProtocols: seen.hello?.alpn ?? (seen.http === '' ? [] : [seen.http]),
    sourceAddress: source.address,
    sourcePort: source.port,
    directSourceAddress: splitHostPort(addresses.direct).address,
  });
  if (chain === undefined) {
    const what = seen.transportProtocol === 'tls' ? `TLS for ${seen.hello?.serverName || 'no name'}` : 'plain text';
    const reason = `no filter chain of listener ${servers.table.name} takes ${what}`;
    refuse(accepted, 'no_filter_chain', reason, undefined, noChain);
    return;
  }
  const first = accepted.octets?.leave();
  const sni = seen.hello?.serverName;
  const { direction } = servers.table;
  if (chain.tls === undefined) {
    hand(accepted, socket, connectionInfo(socket, direction, addresses, undefined, sni), chain, first);
    return;
  }
  // The secured end reads what the socket holds before all else.
  if (first !== undefined) socket.unshift(first);
  servers.secure(chain, socket, {
    done: (secured, peer) =>
      hand(accepted, secured, connectionInfo(secured, direction, addresses, peer, sni), chain, undefined),
    refused: (code, reason) => refuse(accepted, code, reason, chain),
  });
}

function hand(
  accepted: Accepted,
  socket: Socket,
  info: ConnectionInfo,
  chain: FilterChainTable,
  first: Buffer | undefined,
): void {
  if (chain.networkFilters.length > 0 && !admit(accepted, socket, info, chain)) return;
  socket.off('error', ignore);
  accepted.deps.hand(socket, info, chain, first);
}

/** @returns false: a network filter refused it. */
function admit(accepted: Accepted, socket: Socket, info: ConnectionInfo, chain: FilterChainTable): boolean {
  const connection: NetworkConnection = { connection: info };
  for (const filter of chain.networkFilters) {
    const refusal = filter.onConnection(connection);
    // Also for the one that refuses: it may have counted the connection.
    if (filter.onClose !== undefined) socket.once('close', () => filter.onClose?.(connection));
    if (refusal === undefined) continue;
    const { servers, deps } = accepted;
    socket.on('error', ignore);
    socket.destroy();
    deps.refused({ code: 'connection_denied', ...refusal }, servers.table, info, chain);
    return false;
  }
  return true;
}

function refuse(
  accepted: Accepted,
  code: ErrorCode,
  reason: string,
  chain?: FilterChainTable,
  why?: Pick<Refusal, 'flag' | 'details'>,
): void {
  const { socket, servers, addresses, deps, octets } = accepted;
  octets?.leave();
  const info = connectionInfo(socket, servers.table.direction, addresses, undefined);
  socket.destroy();
  deps.refused({ code, reason, flag: '-', details: '', ...why }, servers.table, info, chain);
}

function ignore(): void {}
