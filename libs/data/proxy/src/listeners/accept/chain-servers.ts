/** The filter chains of a listener, ready for connections: the match and a TLS end for each chain that has one. */

import type { Socket } from 'node:net';
import type { FilterChainTable, ListenerTable } from '@weft/data-runtime';
import { weftAlpn } from '@weft/data-upstream';
import type { Clock } from '@weft/kernel';
import { createServerTls, type ServerTls, type ServerTlsEnd, type TlsSecrets } from '@weft/tls';
import { type ChainMatch, compileChains } from './chain-match.ts';

export interface ChainServers {
  readonly table: ListenerTable;
  readonly match: ChainMatch;
  /** @param chain one with TLS. @param end told once, when the handshake is over. */
  secure(chain: FilterChainTable, socket: Socket, end: ServerTlsEnd): void;
}

export interface ChainServersDeps {
  readonly clock: Clock;
  readonly secrets: TlsSecrets;
}

const endsOf = new WeakMap<ChainServers, ReadonlyMap<string, ServerTls>>();

/** @param before of the same listener: chains whose TLS did not change keep their end, and with it the sessions of their clients. */
export function createChainServers(
  table: ListenerTable,
  deps: ChainServersDeps,
  before: ChainServers | undefined,
): ChainServers {
  const kept = before === undefined ? undefined : endsOf.get(before);
  const byKey = new Map<string, ServerTls>();
  const byChain = new Map<FilterChainTable, ServerTls>();
  const chains = table.defaultChain === undefined ? table.chains : [...table.chains, table.defaultChain];
  for (const chain of chains) {
    if (chain.tls === undefined) continue;
    const key = keyOf(chain);
    const end = byKey.get(key) ?? kept?.get(key) ?? makeEnd(chain, deps);
    byKey.set(key, end);
    byChain.set(chain, end);
  }
  const servers: ChainServers = {
    table,
    match: compileChains(table.chains, table.defaultChain),
    secure(chain, socket, end) {
      const server = byChain.get(chain);
      if (server === undefined) throw new Error('assertion failed: the chain is of this listener and has TLS');
      server.accept(socket, end);
    },
  };
  endsOf.set(servers, byKey);
  return servers;
}

function makeEnd({ tls, handler, handshakeTimeoutMs }: FilterChainTable, deps: ChainServersDeps): ServerTls {
  if (tls === undefined) throw new Error('assertion failed: the chain has TLS');
  // Only for HTTP: what another Weft sidecar multiplexes. A client that does not name it is not asked to.
  const multiplexes =
    handler.kind === 'http' &&
    handler.codec !== 'http2' &&
    tls.clientCertificate === 'mesh' &&
    // Without any list no ALPN is spoken; a list of one would turn away clients that offer others.
    tls.alpn.length > 0;
  return createServerTls({
    tls: multiplexes ? { ...tls, alpn: [weftAlpn, ...tls.alpn] } : tls,
    secrets: deps.secrets,
    clock: deps.clock,
    ...(handshakeTimeoutMs > 0 ? { handshakeTimeoutMs } : {}),
    onSecure: (secured) => void secured.destroy(),
    onRefused() {},
  });
}

/** What of a chain its TLS end is made from. */
function keyOf({ name, tls, handler, handshakeTimeoutMs }: FilterChainTable): string {
  const { sans, ...plain } = tls ?? { sans: [] };
  const kind = handler.kind === 'http' ? `http ${handler.codec}` : 'tcp';
  return JSON.stringify([name, kind, handshakeTimeoutMs, plain, sans.map(({ type, text }) => [type, text])]);
}
