/** From an accepted socket to its handler: original destination, PROXY header, first octets, filter chain, TLS, network filters. */

import type { Socket } from 'node:net';
import type { ConnectionInfo, FilterChainTable, ListenerTable, NetworkConnection } from '@weft/data-runtime';
import type { Clock, ErrorCode } from '@weft/kernel';
import { parseProxyHeader, proxyIncomplete, proxyLimits } from '@weft/proxy-protocol';
import { originalDestination } from '@weft/sockets';
import { type CallerPeer, clientHelloBytesMax } from '@weft/tls';
import { type Addresses, addressesOf, connectionInfo, splitHostPort } from '../connection-info.ts';
import type { ChainServers } from './chain-servers.ts';
import { type FirstOctetsEnd, readFirstOctets } from './first-octets.ts';
import { type Inspected, inspect, requestLineBytesMax } from './inspect.ts';

/** What a connection is handed to. */
export interface AcceptanceDeps {
  readonly clock: Clock;
  /** The chains of the listener as it is now, with their TLS ends. */
  servers(): ChainServers;
  /** The listener of an original destination, for `use_original_dst`; nothing: there is none. */
  listenerOf(address: string): ChainServers | undefined;
  hand(socket: Socket, info: ConnectionInfo, chain: FilterChainTable): void;
  refused(code: ErrorCode, reason: string): void;
}

const plain: Inspected = { transportProtocol: 'raw_buffer', hello: undefined, http: '' };
const octetsMax = Math.max(clientHelloBytesMax + 4_096, requestLineBytesMax);

export function acceptConnection(socket: Socket, deps: AcceptanceDeps): void {
  // Until a handler has it nobody else listens for what goes wrong with it.
  socket.on('error', ignore);
  let servers = deps.servers();
  const { table } = servers;
  const addresses = addressesOf(socket);
  if (table.originalDestination || table.useOriginalDestination) {
    const wanted = originalDestination(socket);
    if (wanted !== undefined) {
      if (wanted !== addresses.local) addresses.redirected = true;
      addresses.local = wanted;
    }
  }
  if (table.useOriginalDestination) servers = deps.listenerOf(addresses.local) ?? servers;
  readProxyHeader(socket, servers.table, addresses, deps, () => look(socket, servers, addresses, deps));
}

/** The PROXY header, where the listener wants one. */
function readProxyHeader(
  socket: Socket,
  table: ListenerTable,
  addresses: Addresses,
  deps: AcceptanceDeps,
  next: () => void,
): void {
  const mode = table.proxyProtocol;
  if (mode === undefined) {
    next();
    return;
  }
  let problem: string | undefined;
  const options = { clock: deps.clock, timeoutMs: table.inspectTimeoutMs, bytesMax: proxyLimits.bodyBytesMax + 16 };
  readFirstOctets(
    socket,
    options,
    (bytes) => {
      const header = parseProxyHeader(bytes);
      if (header === proxyIncomplete) return 'more';
      if (typeof header === 'string') {
        if (header !== 'absent' || mode !== 'optional') problem = header;
        return { taken: 0 };
      }
      if (!header.local) {
        addresses.remote = header.source;
        addresses.local = header.destination;
      }
      return { taken: header.length };
    },
    (end) => {
      if (end === 'closed') deps.refused('downstream_closed', 'it went away before its PROXY header');
      else if (end !== 'ready') close(socket, deps, `its PROXY header did not come (${end})`);
      else if (problem !== undefined) close(socket, deps, `its PROXY header is not valid: ${problem}`);
      else next();
    },
  );
}

/** The first octets, where a chain depends on them. */
function look(socket: Socket, servers: ChainServers, addresses: Addresses, deps: AcceptanceDeps): void {
  const { table } = servers;
  const { port } = splitHostPort(addresses.local);
  const tls = table.inspectTls && table.skipTlsInspection?.(port) !== true;
  const http = table.inspectHttp && table.skipHttpInspection?.(port) !== true;
  if (!tls && !http) {
    choose(socket, servers, addresses, plain, deps);
    return;
  }
  let found: Inspected = plain;
  const finish = (end: FirstOctetsEnd): void => {
    if (end === 'closed') deps.refused('downstream_closed', 'it went away before it said anything');
    else if (end === 'timeout' && !table.continueOnTimeout) close(socket, deps, 'it said nothing in time');
    else choose(socket, servers, addresses, found, deps);
  };
  readFirstOctets(
    socket,
    { clock: deps.clock, timeoutMs: table.inspectTimeoutMs, bytesMax: octetsMax },
    (bytes) => {
      const seen = inspect(bytes, tls, http);
      if (seen === undefined) return 'more';
      found = seen;
      return { taken: 0 };
    },
    finish,
  );
}

function choose(
  socket: Socket,
  servers: ChainServers,
  addresses: Addresses,
  seen: Inspected,
  deps: AcceptanceDeps,
): void {
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
    close(socket, deps, noChain(servers.table, seen));
    return;
  }
  const sni = seen.hello?.serverName;
  if (chain.tls === undefined)
    hand(socket, connectionInfo(socket, servers.table.direction, addresses, undefined, sni), chain, deps);
  else {
    servers.secure(chain, socket, (secured, peer: CallerPeer) =>
      hand(secured, connectionInfo(secured, servers.table.direction, addresses, peer, sni), chain, deps),
    );
  }
}

function hand(socket: Socket, info: ConnectionInfo, chain: FilterChainTable, deps: AcceptanceDeps): void {
  socket.off('error', ignore);
  if (chain.networkFilters.length > 0) {
    const connection: NetworkConnection = { connection: info };
    for (const filter of chain.networkFilters) {
      const refusal = filter.onConnection(connection);
      if (filter.onClose !== undefined) socket.once('close', () => filter.onClose?.(connection));
      if (refusal === undefined) continue;
      close(socket, deps, refusal.reason, 'connection_denied');
      return;
    }
  }
  deps.hand(socket, info, chain);
}

function noChain(table: ListenerTable, seen: Inspected): string {
  const what = seen.transportProtocol === 'tls' ? `TLS for ${seen.hello?.serverName || 'no name'}` : 'plain text';
  return `no filter chain of listener ${table.name} takes ${what}`;
}

function close(socket: Socket, deps: AcceptanceDeps, reason: string, code: ErrorCode = 'no_filter_chain'): void {
  socket.on('error', ignore);
  socket.destroy();
  deps.refused(code, reason);
}

function ignore(): void {}
