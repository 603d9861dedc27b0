/** The client's end of TLS 1.3: the peer is known by its SPIFFE URI, sessions are resumed per endpoint. */

import type { OnReadOpts, SocketConstructorOpts, TcpSocketConnectOpts } from 'node:net';
import { type ConnectionOptions, connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import { type Clock, type ErrorCode, systemClock } from '@weft/kernel';
import type { SecurePeer, TlsMaterial } from './material.ts';
import { identityOf, rejectPeer } from './peer-uri.ts';
import { createSessionCache, type SessionCache } from './session-cache.ts';

/** Endpoints whose last session is kept for resumption. */
export const sessionsMax = 1_000;

export interface ClientTlsOptions {
  readonly clock?: Clock;
  readonly sessionsMax?: number;
}

export interface ClientTlsTarget {
  readonly host: string;
  readonly port: number;
  readonly sni: string;
  readonly alpn: readonly string[];
  /** SPIFFE URIs of which the peer must show one; empty: any of the trust domain. */
  readonly expectedUris: readonly string[];
  readonly trustDomain: string;
  /** As of net.Socket; false where absent. */
  readonly allowHalfOpen?: boolean;
  /** One reused buffer for reading, as of net.Socket. */
  readonly onread?: OnReadOpts;
}

export interface ClientTls {
  /**
   * Opens a TCP connection and secures it. Exactly one of the callbacks is called, once, never before this returns;
   * none when the caller destroys the returned socket first. A time limit is the caller's affair.
   * @param onSecure from here on the socket, its errors too, belongs to the receiver.
   * @param onError `identity_unavailable`: no material; `upstream_connect_failed`: no TCP or no TLS;
   *   `upstream_identity`: the peer is not who it must be. The socket is closed.
   */
  connect(
    target: ClientTlsTarget,
    onSecure: (socket: TLSSocket, peer: SecurePeer) => void,
    onError: (code: ErrorCode, reason: string) => void,
  ): Destroyable;
}

/** What `connect` returns: a way out before the connection is secure. */
export interface Destroyable {
  destroy(): unknown;
}

/** @param material read for each connection; another object than last time makes a new context and forgets sessions. */
export function createClientTls(material: () => TlsMaterial | undefined, options: ClientTlsOptions = {}): ClientTls {
  const clock = options.clock ?? systemClock;
  const sessions = createSessionCache(options.sessionsMax ?? sessionsMax);
  let held: TlsMaterial | undefined;
  let context: SecureContext | undefined;

  const currentContext = (): SecureContext | undefined => {
    const current = material();
    if (current === undefined) return undefined;
    if (current !== held || context === undefined) {
      context = createSecureContext({
        cert: current.certChainPem,
        key: current.privateKeyPem,
        ca: current.rootsPem,
        minVersion: 'TLSv1.3',
      });
      held = current;
      sessions.clear();
    }
    return context;
  };

  return {
    connect(target, onSecure, onError) {
      const secureContext = currentContext();
      if (secureContext === undefined) return failLater(onError);
      return handshake(target, secureContext, sessions, clock, onSecure, onError);
    },
  };
}

function handshake(
  target: ClientTlsTarget,
  secureContext: SecureContext,
  sessions: SessionCache,
  clock: Clock,
  onSecure: (socket: TLSSocket, peer: SecurePeer) => void,
  onError: (code: ErrorCode, reason: string) => void,
): TLSSocket {
  const { host, port, sni, alpn } = target;
  const sessionKey = `${host}:${port} ${sni} ${alpn.join()}`;
  const held = sessions.get(sessionKey);
  const generation = sessions.generation();
  const options: ConnectionOptions & TcpSocketConnectOpts & SocketConstructorOpts = {
    host,
    port,
    secureContext,
    servername: sni,
    ALPNProtocols: [...alpn],
    checkServerIdentity: () => undefined,
    noDelay: true,
    allowHalfOpen: target.allowHalfOpen ?? false,
    ...(held === undefined ? {} : { session: held.ticket }),
    ...(target.onread === undefined ? {} : { onread: target.onread }),
  };
  const socket = connect(options);
  let identity = held?.identity;

  const fail = (code: ErrorCode, reason: string): void => {
    socket.removeListener('secureConnect', secured);
    socket.removeListener('close', closed);
    socket.on('error', ignore);
    socket.destroy();
    sessions.delete(sessionKey);
    onError(code, reason);
  };
  const failed = (error: NodeJS.ErrnoException): void => {
    fail(isVerification(error) ? 'upstream_identity' : 'upstream_connect_failed', error.message);
  };
  const closed = (): void => {
    // Without an error only the caller closes it, who does not want to hear of it.
    socket.removeListener('error', failed);
    socket.on('error', ignore);
  };
  const secured = (): void => {
    const resumed = socket.isSessionReused();
    if (!resumed) {
      const certificate = socket.getPeerX509Certificate();
      identity = certificate === undefined ? undefined : identityOf(certificate);
    }
    const reason = rejectPeer(identity, (uri) => isExpected(uri, target), clock.now());
    if (reason !== undefined) {
      fail('upstream_identity', reason);
      return;
    }
    socket.removeListener('error', failed);
    socket.removeListener('close', closed);
    const agreed = socket.alpnProtocol;
    onSecure(socket, {
      peerUri: identity?.uri,
      alpn: typeof agreed === 'string' ? agreed : '',
      resumed,
    });
  };
  socket.once('secureConnect', secured);
  socket.once('error', failed);
  socket.once('close', closed);
  // TLS 1.3 sends tickets after the handshake. OpenSSL has no certificate for a client that resumes, so the identity
  // is kept with the ticket, which only the peer that proved it can honour.
  socket.on('session', (ticket: Buffer) => {
    if (identity !== undefined) sessions.set(sessionKey, { ticket, identity }, generation);
  });
  return socket;
}

function isExpected(uri: string, target: ClientTlsTarget): boolean {
  return target.expectedUris.length === 0
    ? uri.startsWith(`spiffe://${target.trustDomain}/`)
    : target.expectedUris.includes(uri);
}

/** Verification errors of OpenSSL come with their X509_V_ERR_ name as code; errors of the protocol with ERR_ names. */
const verificationCodes: ReadonlySet<string> = new Set([
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_SIGNATURE_FAILURE',
  'CERT_NOT_YET_VALID',
  'CERT_HAS_EXPIRED',
  'CERT_CHAIN_TOO_LONG',
  'CERT_REVOKED',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
  'UNSPECIFIED',
]);

function isVerification(error: NodeJS.ErrnoException): boolean {
  return verificationCodes.has(error.code ?? '');
}

function failLater(onError: (code: ErrorCode, reason: string) => void): Destroyable {
  let wanted = true;
  queueMicrotask(() => {
    if (wanted) onError('identity_unavailable', 'this proxy has no certificate yet');
  });
  return {
    destroy() {
      wanted = false;
    },
  };
}

function ignore(): void {}
