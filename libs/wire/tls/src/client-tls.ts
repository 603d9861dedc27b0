/** The client's end of TLS: whom it proves itself as, whom it takes for its peer, sessions resumed per endpoint. */

import type { OnReadOpts } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { type Clock, type ErrorCode, systemClock } from '@weft/kernel';
import { createClientContexts } from './client-contexts.ts';
import { type Destroyable, type HandshakeParts, handshake } from './handshake.ts';
import type { SecurePeer, TlsPolicy, TlsSecrets } from './material.ts';
import { createSessionCache } from './session-cache.ts';

/** Endpoints whose last session is kept for resumption. */
export const sessionsMax = 1_000;

export interface ClientTlsOptions {
  readonly clock?: Clock;
  readonly sessionsMax?: number;
}

/** What a cluster says of its peers; data/runtime's UpstreamTls is one. */
export interface ClientTlsPolicy extends TlsPolicy {
  /** 'mesh': SPIFFE identities of the trust domain; 'public': a chain to the roots, and names; 'none': the peer is not verified. */
  readonly verify: 'mesh' | 'public' | 'none';
  /** Empty: none. */
  readonly sni: string;
  /** The SNI is the host of the request; and the certificate must have that name. */
  readonly autoSni: boolean;
  readonly autoSan: boolean;
  /** For 'mesh': SPIFFE URIs of which the peer must show one; empty: any of the trust domain. */
  readonly expectedUris: readonly string[];
}

export interface ClientTlsTarget {
  readonly host: string;
  readonly port: number;
  readonly tls: ClientTlsPolicy;
  readonly alpn: readonly string[];
  /** Host of the request, with a port or without; empty: none. */
  readonly authority: string;
  readonly trustDomain: string;
  /** Sent in clear before the handshake. */
  readonly proxyHeader?: Buffer | undefined;
  /** As of net.Socket; false where absent. */
  readonly allowHalfOpen?: boolean;
  /** One reused buffer for reading, as of net.Socket; Node takes none where there is a `proxyHeader`. */
  readonly onread?: OnReadOpts;
}

export interface ClientTls {
  /**
   * Opens a TCP connection and secures it. Exactly one of the callbacks is called, once, never before this returns;
   * none when the caller destroys what is returned first. A time limit is the caller's affair.
   * @param onSecure from here on the socket, its errors too, belongs to the receiver.
   * @param onError `identity_unavailable`: a secret is missing; `upstream_connect_failed`: no TCP or no TLS;
   *   `upstream_identity`: the peer is not who it must be. The socket is closed.
   */
  connect(
    target: ClientTlsTarget,
    onSecure: (socket: TLSSocket, peer: SecurePeer) => void,
    onError: (code: ErrorCode, reason: string) => void,
  ): Destroyable;
}

/** @param secrets asked for each connection; another object than last time makes a new context and forgets its sessions. */
export function createClientTls(secrets: TlsSecrets, options: ClientTlsOptions = {}): ClientTls {
  const clock = options.clock ?? systemClock;
  const sessions = createSessionCache(options.sessionsMax ?? sessionsMax);
  const contexts = createClientContexts(secrets);
  return {
    connect(target, onSecure, onError) {
      try {
        const context = contexts.get(target.tls);
        if (context === undefined) return failLater('identity_unavailable', missingReason(target.tls), onError);
        const parts: HandshakeParts = { clock, sessions, context };
        return handshake(target, parts, onSecure, onError);
      } catch (error) {
        return failLater('identity_unavailable', `a secret does not parse: ${codeOf(error)}`, onError);
      }
    },
  };
}

function missingReason(tls: ClientTlsPolicy): string {
  return tls.certificate === 'default'
    ? 'this proxy has no certificate yet'
    : `a secret is missing: ${[tls.certificate, tls.roots].filter((name) => name !== undefined).join(' or ')}`;
}

/** OpenSSL's name for it only: a message could show what it could not parse. */
function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException).code ?? 'unknown');
}

function failLater(code: ErrorCode, reason: string, onError: (code: ErrorCode, reason: string) => void): Destroyable {
  let wanted = true;
  queueMicrotask(() => {
    if (wanted) onError(code, reason);
  });
  return {
    destroy() {
      wanted = false;
    },
  };
}
