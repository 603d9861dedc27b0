/** The filter chains of a listener, ready for connections: the match and a TLS end for each chain that has one. */

import type { Socket } from 'node:net';
import type { FilterChainTable, ListenerTable } from '@weft/data-runtime';
import { weftAlpn } from '@weft/data-upstream';
import type { Clock, ErrorCode } from '@weft/kernel';
import { type CallerPeer, createServerTls, type ServerTls, type TlsSecrets } from '@weft/tls';
import { type ChainMatch, compileChains } from './chain-match.ts';

export interface ChainServers {
  readonly table: ListenerTable;
  readonly match: ChainMatch;
  /** @param done called when the handshake is over, with what the client showed; not when it was refused. */
  secure(chain: FilterChainTable, socket: Socket, done: (secured: Socket, peer: CallerPeer) => void): void;
}

export interface ChainServersDeps {
  readonly clock: Clock;
  readonly secrets: TlsSecrets;
  refused(code: ErrorCode, reason: string): void;
}

type Done = (secured: Socket, peer: CallerPeer) => void;

/** @param before of the same listener: chains whose TLS did not change keep their end, and with it the sessions of their clients. */
export function createChainServers(
  table: ListenerTable,
  deps: ChainServersDeps,
  before: ChainServers | undefined,
): ChainServers {
  const ends = new Map<string, { readonly tls: ServerTls; readonly waiting: WeakMap<Socket, Done> }>();
  const kept = before === undefined ? undefined : endsOf.get(before);
  const endOf = (chain: FilterChainTable) => {
    const key = keyOf(chain);
    const known = ends.get(key) ?? kept?.get(key);
    if (known !== undefined) {
      ends.set(key, known);
      return known;
    }
    const made = makeEnd(chain, deps);
    ends.set(key, made);
    return made;
  };
  const servers: ChainServers = {
    table,
    match: compileChains(table.chains, table.defaultChain),
    secure(chain, socket, done) {
      const end = endOf(chain);
      end.waiting.set(socket, done);
      end.tls.accept(socket);
    },
  };
  endsOf.set(servers, ends);
  return servers;
}

const endsOf = new WeakMap<
  ChainServers,
  Map<string, { readonly tls: ServerTls; readonly waiting: WeakMap<Socket, Done> }>
>();

function makeEnd(chain: FilterChainTable, deps: ChainServersDeps) {
  const { tls } = chain;
  if (tls === undefined) throw new Error('assertion failed: the chain has TLS');
  const waiting = new WeakMap<Socket, Done>();
  const http = chain.handler.kind === 'http' && chain.handler.codec !== 'http2' && tls.clientCertificate === 'mesh';
  const server = createServerTls({
    // Only for HTTP: what another Weft sidecar multiplexes. A client that does not name it is not asked to.
    tls: http ? { ...tls, alpn: [weftAlpn, ...tls.alpn] } : tls,
    secrets: deps.secrets,
    clock: deps.clock,
    ...(chain.handshakeTimeoutMs > 0 ? { handshakeTimeoutMs: chain.handshakeTimeoutMs } : {}),
    onSecure(secured, peer) {
      const { _parent: parent } = secured as unknown as { readonly _parent?: Socket };
      const done = parent === undefined ? undefined : waiting.get(parent);
      if (done === undefined) secured.destroy();
      else done(secured, peer);
    },
    onRefused: deps.refused,
  });
  return { tls: server, waiting };
}

/** What of a chain its TLS end is made from. */
function keyOf({ name, tls, handler, handshakeTimeoutMs }: FilterChainTable): string {
  const { sans, ...plain } = tls ?? { sans: [] };
  const kind = handler.kind === 'http' ? `http ${handler.codec}` : 'tcp';
  return JSON.stringify([name, kind, handshakeTimeoutMs, plain, sans.map(({ text }) => text)]);
}
