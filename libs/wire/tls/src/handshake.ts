/** One handshake of the client's end, from TCP to a peer that is known. */

import {
  connect as connectTcp,
  isIP,
  type Socket,
  type SocketConstructorOpts,
  type TcpSocketConnectOpts,
} from 'node:net';
import { type ConnectionOptions, connect as connectTls, TLSSocket } from 'node:tls';
import type { Clock, ErrorCode } from '@weft/kernel';
import type { ClientContext } from './client-contexts.ts';
import type { ClientTlsTarget } from './client-tls.ts';
import { failureText } from './failure-text.ts';
import type { SecurePeer } from './material.ts';
import { namesOf, type PeerNames, rejectExpired, rejectNames, rejectSpiffe, spiffeUriOf } from './peer-names.ts';
import type { SessionCache } from './session-cache.ts';
import { withoutPeer } from './session-text.ts';
import { socketPlace } from './socket-place.ts';

/** A way out before the connection is secure. */
export interface Destroyable {
  destroy(): unknown;
}

export interface HandshakeParts {
  readonly clock: Clock;
  readonly sessions: SessionCache;
  readonly context: ClientContext;
}

/** What Node has and its types do not say. */
interface SessionSetter {
  setSession?(session: Buffer): void;
}

type OnSecure = (socket: TLSSocket, peer: SecurePeer) => void;
type OnError = (code: ErrorCode, reason: string) => void;

export function handshake(
  target: ClientTlsTarget,
  parts: HandshakeParts,
  onSecure: OnSecure,
  onError: OnError,
): Destroyable {
  const { proxyHeader } = target;
  if (proxyHeader === undefined) return secure(undefined, target, parts, onSecure, onError);
  const socket = connectTcp({
    ...socketPlace(target.host, target.port),
    noDelay: true,
    allowHalfOpen: target.allowHalfOpen ?? false,
  });
  let current: Destroyable = socket;
  const failed = (error: Error): void => onError('upstream_connect_failed', failureText(error));
  socket.once('error', failed);
  socket.once('connect', () => {
    socket.removeListener('error', failed);
    socket.write(proxyHeader);
    current = secure(socket, target, parts, onSecure, onError);
  });
  return {
    destroy() {
      socket.removeListener('error', failed);
      socket.on('error', ignore);
      socket.destroy();
      current.destroy();
    },
  };
}

/** @param over an open connection; nothing: one is made. */
function secure(
  over: Socket | undefined,
  target: ClientTlsTarget,
  parts: HandshakeParts,
  onSecure: OnSecure,
  onError: OnError,
): TLSSocket {
  const { clock, sessions, context } = parts;
  const { tls, host, port, alpn } = target;
  const name = hostOf(target.authority);
  const sni = tls.autoSni ? (isIP(name) === 0 ? name : '') : tls.sni;
  const expectedName = tls.autoSan && tls.verify === 'public' ? name : '';
  const sessionKey = `${context.id} ${tls.verify} ${host}:${port} ${sni} ${expectedName} ${alpn.join()}`;
  const held = sessions.get(sessionKey);
  // As an option Node reads the session twice, with the certificate that is in it: 0.15 ms. Over TCP that is not open yet there is time.
  const late = over === undefined && 'setSession' in TLSSocket.prototype;
  const socket = connectTls(connectionOptions(over, target, context, sni, late ? undefined : held?.ticket));
  // As an option of a TLS socket Node takes no heed of it: small writes would wait for a delayed acknowledgement, 40 ms.
  socket.setNoDelay(true);
  if (held !== undefined && late) (socket as unknown as SessionSetter).setSession?.(held.ticket);
  let names = held?.names;

  const fail = (code: ErrorCode, reason: string): void => {
    socket.removeListener('secureConnect', secured);
    socket.removeListener('close', closed);
    socket.on('error', ignore);
    socket.destroy();
    sessions.delete(sessionKey);
    onError(code, reason);
  };
  const failed = (error: NodeJS.ErrnoException): void => {
    const verification = isVerification(error);
    fail(verification ? 'upstream_identity' : 'upstream_connect_failed', failureText(error, verification));
  };
  const closed = (): void => {
    // Without an error only the caller closes it, who does not want to hear of it.
    socket.removeListener('error', failed);
    socket.on('error', ignore);
  };
  const secured = (): void => {
    const resumed = socket.isSessionReused();
    const certificate = resumed || tls.verify === 'none' ? undefined : socket.getPeerX509Certificate();
    if (!resumed) names = certificate === undefined ? undefined : namesOf(certificate);
    // A resumed session belongs to the name that was checked when it was made: it is part of its key.
    const named = expectedName === '' || resumed || certificate === undefined || hasName(certificate, expectedName);
    const reason = named ? reject(names, target, clock.now()) : `the peer is not ${expectedName}`;
    if (reason !== undefined) {
      fail('upstream_identity', reason);
      return;
    }
    socket.removeListener('error', failed);
    socket.removeListener('close', closed);
    const agreed = socket.alpnProtocol;
    const peerUri = names === undefined ? undefined : spiffeUriOf(names);
    onSecure(socket, { peerUri, alpn: typeof agreed === 'string' ? agreed : '', resumed });
  };
  socket.once('secureConnect', secured);
  socket.once('error', failed);
  socket.once('close', closed);
  // TLS 1.3 sends tickets after the handshake. OpenSSL has no certificate for a client that resumes, so the names
  // are kept with the ticket, which only the peer that proved them can honour.
  socket.on('session', (session: Buffer) => {
    if (names === undefined && tls.verify !== 'none') return;
    const ticket = socket.getProtocol() === 'TLSv1.3' ? withoutPeer(session) : session;
    sessions.set(sessionKey, { ticket, names });
  });
  return socket;
}

function connectionOptions(
  over: Socket | undefined,
  target: ClientTlsTarget,
  context: ClientContext,
  sni: string,
  session: Buffer | undefined,
): ConnectionOptions {
  const options: ConnectionOptions & Partial<TcpSocketConnectOpts> & SocketConstructorOpts = {
    ...(over === undefined ? socketPlace(target.host, target.port) : { socket: over }),
    secureContext: context.secure,
    // Node takes the host where it is told no name.
    servername: sni,
    rejectUnauthorized: target.tls.verify !== 'none',
    checkServerIdentity: () => undefined,
    allowHalfOpen: target.allowHalfOpen ?? false,
    ...(target.alpn.length === 0 ? {} : { ALPNProtocols: [...target.alpn] }),
    ...(session === undefined ? {} : { session }),
    ...(target.onread === undefined || over !== undefined ? {} : { onread: target.onread }),
  };
  return options as ConnectionOptions;
}

/** Why the peer is not who it must be; nothing where it is. */
function reject(names: PeerNames | undefined, target: ClientTlsTarget, nowMs: number): string | undefined {
  const { verify, sans, expectedUris } = target.tls;
  if (verify === 'none') return undefined;
  if (names === undefined) return 'the peer shows no certificate';
  const expired = rejectExpired(names, nowMs);
  if (expired !== undefined) return expired;
  if (verify === 'public') return rejectNames(names, sans);
  const ofDomain = `spiffe://${target.trustDomain}/`;
  return rejectSpiffe(names, (uri) =>
    expectedUris.length === 0 ? uri.startsWith(ofDomain) : expectedUris.includes(uri),
  );
}

function hasName(certificate: import('node:crypto').X509Certificate, name: string): boolean {
  if (isIP(name) !== 0) return certificate.checkIP(name) !== undefined;
  return certificate.checkHost(name, { subject: 'never' }) !== undefined;
}

/** "[::1]:443" and "a.test:443" without port and brackets. */
function hostOf(authority: string): string {
  if (authority.startsWith('[')) return authority.slice(1, Math.max(1, authority.indexOf(']')));
  const colon = authority.lastIndexOf(':');
  return colon < 0 ? authority : authority.slice(0, colon);
}

/** Verification errors of OpenSSL come with their X509_V_ERR_ name as code; errors of the protocol with ERR_ names. */
const verificationCodes: ReadonlySet<string> = new Set([
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_GET_CRL',
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
  'CRL_HAS_EXPIRED',
  'CRL_NOT_YET_VALID',
  'CRL_SIGNATURE_FAILURE',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
  'UNSPECIFIED',
]);

function isVerification(error: NodeJS.ErrnoException): boolean {
  return verificationCodes.has(error.code ?? '');
}

function ignore(): void {}
