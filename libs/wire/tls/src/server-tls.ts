/** The server's end of TLS 1.3: handshake, the caller's identity, rotation for new connections. */

import type { Socket } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { type Clock, type ErrorCode, systemClock } from '@weft/kernel';
import type { SecurePeer, TlsMaterial } from './material.ts';
import { identityOf, rejectPeer } from './peer-uri.ts';

/** A handshake that takes longer is refused. */
export const handshakeTimeoutMs = 10_000;

/** How long a session ticket may be used. */
export const sessionLifeSeconds = 300;

export interface ServerTlsPolicy {
  /** In order of preference; a client that offers others only is refused, one that offers none is not. */
  readonly alpn: readonly string[];
  readonly requireClientCertificate: boolean;
  /** The client's SPIFFE URI must start with one of these; empty: any that the roots vouch for. */
  readonly allowedUriPrefixes: readonly string[];
}

export interface ServerTlsOptions {
  readonly material: TlsMaterial;
  readonly tls: ServerTlsPolicy;
  /** The caller is who it must be; from here on the socket, its errors too, belongs to the receiver. */
  onSecure(socket: TLSSocket, peer: SecurePeer): void;
  /**
   * The connection was refused and is closed. `plaintext_refused`: it did not speak TLS; `peer_unauthenticated`: its
   * certificate is missing or wrong; `downstream_closed`: it went away in the handshake or took too long.
   */
  onRefused(code: ErrorCode, reason: string): void;
  readonly clock?: Clock;
  readonly handshakeTimeoutMs?: number;
}

export interface ServerTls {
  /** Takes an accepted TCP connection from which nothing was read yet. */
  accept(socket: Socket): void;
  /** New connections get the new material; open ones live on as they are. Earlier session tickets become void. */
  rotate(material: TlsMaterial): void;
}

export function createServerTls(options: ServerTlsOptions): ServerTls {
  const { tls } = options;
  const clock = options.clock ?? systemClock;
  const server = createServer({
    ...contextOf(options.material),
    requestCert: tls.requireClientCertificate,
    // Judged in `onSecureConnection`, so that a refusal has a reason to log.
    rejectUnauthorized: false,
    ...(tls.alpn.length === 0 ? {} : { ALPNProtocols: [...tls.alpn] }),
    handshakeTimeout: options.handshakeTimeoutMs ?? handshakeTimeoutMs,
    sessionTimeout: sessionLifeSeconds,
  });
  const accepted = (uri: string): boolean =>
    tls.allowedUriPrefixes.length === 0 || tls.allowedUriPrefixes.some((prefix) => uri.startsWith(prefix));

  const refuse = (socket: TLSSocket, code: ErrorCode, reason: string): void => {
    socket.on('error', ignore);
    socket.destroy();
    options.onRefused(code, reason);
  };

  server.on('secureConnection', (socket) => {
    const peer = { peerUri: undefined, alpn: socket.alpnProtocol || '', resumed: socket.isSessionReused() };
    if (!tls.requireClientCertificate) {
      options.onSecure(socket, peer);
      return;
    }
    const certificate = socket.getPeerX509Certificate();
    const shown = certificate === undefined ? undefined : identityOf(certificate);
    let reason = rejectPeer(shown, accepted, clock.now());
    if (!socket.authorized) reason ??= `its certificate is not trusted (${String(socket.authorizationError)})`;
    if (reason === undefined) options.onSecure(socket, { ...peer, peerUri: shown?.uri });
    else refuse(socket, 'peer_unauthenticated', reason);
  });
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
    const code = classify(error);
    refuse(socket, code, code === 'plaintext_refused' ? 'the caller does not speak TLS' : error.message);
  });

  return {
    accept(socket) {
      server.emit('connection', socket);
    },
    rotate(material) {
      server.setSecureContext(contextOf(material));
    },
  };
}

function contextOf(material: TlsMaterial) {
  return {
    cert: material.certChainPem,
    key: material.privateKeyPem,
    ca: material.rootsPem,
    minVersion: 'TLSv1.3',
  } as const;
}

/** OpenSSL's names for a first record that is no TLS record. */
const plainTextCodes: ReadonlySet<string> = new Set([
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_HTTP_REQUEST',
  'ERR_SSL_HTTPS_PROXY_REQUEST',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_RECORD_LAYER_FAILURE',
]);

const closedCodes: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ERR_TLS_HANDSHAKE_TIMEOUT']);

function classify(error: NodeJS.ErrnoException): ErrorCode {
  const code = error.code ?? '';
  if (plainTextCodes.has(code)) return 'plaintext_refused';
  return closedCodes.has(code) ? 'downstream_closed' : 'peer_unauthenticated';
}

function ignore(): void {}
