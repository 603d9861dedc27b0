/** The server's end of TLS: handshake, the caller's identity, rotation for new connections. */

import { constants, randomBytes, X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { type Clock, type ErrorCode, systemClock } from '@weft/kernel';
import { type CallerCertificate, createCallerCertificates } from './caller-certificates.ts';
import { contextOptions } from './context-options.ts';
import { failureText } from './failure-text.ts';
import {
  type HeldSecrets,
  readSecrets,
  type SecurePeer,
  type TlsPolicy,
  type TlsSecret,
  type TlsSecrets,
} from './material.ts';
import { describeCertificate, type PeerCertificate } from './peer-certificate.ts';
import { type PeerNames, rejectExpired, rejectNames, rejectSpiffe, spiffeUriOf } from './peer-names.ts';

/** A handshake that takes longer is refused. */
export const handshakeTimeoutMs = 10_000;

/** How long a session may be resumed, where nothing else is said. */
export const sessionLifeSeconds = 300;

/** What a filter chain says of its callers; data/runtime's DownstreamTls is one. */
export interface ServerTlsPolicy extends TlsPolicy {
  /** In order of preference; a client that offers others only is refused, one that offers none is not. */
  readonly alpn: readonly string[];
  /** 'mesh': a SPIFFE identity; 'public': any that the roots vouch for; 'none': not asked for. */
  readonly clientCertificate: 'mesh' | 'public' | 'none';
  /** False: a client without a certificate is taken; one with a wrong certificate is not. */
  readonly requireClientCertificate: boolean;
  /** For 'mesh': the client's SPIFFE URI must start with one of these; empty: any that the roots vouch for. */
  readonly allowedUriPrefixes: readonly string[];
  readonly sessionTickets: boolean;
  /** 0: `sessionLifeSeconds`. */
  readonly sessionLifeSeconds: number;
}

export interface ServerTlsOptions {
  readonly tls: ServerTlsPolicy;
  /** Asked for each connection: another object than last time is taken from there on; open connections live on as they are. */
  readonly secrets: TlsSecrets;
  /** The caller is who it must be; from here on the socket, its errors too, belongs to the receiver. */
  onSecure(socket: TLSSocket, peer: CallerPeer): void;
  /**
   * The connection was refused and is closed. `plaintext_refused`: it did not speak TLS; `peer_unauthenticated`: its
   * certificate is missing or wrong; `downstream_closed`: it went away in the handshake or took too long;
   * `identity_unavailable`: this end has no certificate.
   */
  onRefused(code: ErrorCode, reason: string): void;
  readonly clock?: Clock;
  readonly handshakeTimeoutMs?: number;
}

/** A client whose handshake is done. */
export interface CallerPeer extends SecurePeer {
  /** SHA-256 of its certificate's DER, lower-case hex; nothing: it showed none. Worked out when it is first asked for. */
  readonly certificateHash: string | undefined;
  certificate(): PeerCertificate | undefined;
  /** The certificate that this end showed. */
  ownCertificate(): PeerCertificate | undefined;
}

/** What becomes of one connection, told once. */
export interface ServerTlsEnd {
  done(socket: TLSSocket, peer: CallerPeer): void;
  refused(code: ErrorCode, reason: string): void;
}

export interface ServerTls {
  /**
   * Takes an accepted TCP connection; what was read of it already must have been given back with `unshift`.
   * @param end told in place of `onSecure` and `onRefused`.
   */
  accept(socket: Socket, end?: ServerTlsEnd): void;
}

export function createServerTls(options: ServerTlsOptions): ServerTls {
  const { tls } = options;
  const clock = options.clock ?? systemClock;
  let held: HeldSecrets | undefined;
  let server: Server | undefined;
  let ticketKeys = randomBytes(48);
  const certificates = createCallerCertificates();
  const ends = new WeakMap<Socket, ServerTlsEnd>();

  const endOf = (socket: Socket): ServerTlsEnd | undefined => ends.get(carrierOf(socket));
  const refuse = (socket: Socket, code: ErrorCode, reason: string): void => {
    socket.on('error', ignore);
    socket.destroy();
    const end = endOf(socket);
    if (end === undefined) options.onRefused(code, reason);
    else end.refused(code, reason);
  };

  const onSecure = (socket: TLSSocket): void => {
    const x509 = tls.clientCertificate === 'none' ? undefined : socket.getPeerX509Certificate();
    const certificate = x509 === undefined ? undefined : certificates.of(x509);
    const reason = rejectCaller(tls, certificate?.names, socket, clock.now());
    if (reason !== undefined) {
      refuse(socket, 'peer_unauthenticated', reason);
      return;
    }
    const caller = new Caller(socket, certificate, held?.certificate);
    const end = endOf(socket);
    if (end === undefined) options.onSecure(socket, caller);
    else end.done(socket, caller);
  };

  /** @returns the server with the secrets of now. @throws what OpenSSL says of a secret that does not parse. */
  const current = (): Server | undefined => {
    const now = readSecrets(tls, options.secrets);
    if (now === undefined) return undefined;
    if (server === undefined) server = makeServer(options, serverOptions(tls, now, ticketKeys), onSecure, refuse);
    else if (now.certificate !== held?.certificate || now.roots !== held?.roots) {
      // A ticket stands for both identities as the roots of its time vouched for them: with others each must prove itself anew.
      if (now.roots !== held?.roots || !sameIdentity(now.certificate, held?.certificate)) ticketKeys = randomBytes(48);
      server.setSecureContext(serverOptions(tls, now, ticketKeys));
    }
    held = now;
    return server;
  };

  return {
    accept(socket, end) {
      if (end !== undefined) ends.set(socket, end);
      let ready: Server | undefined;
      try {
        ready = current();
      } catch {
        refuse(socket, 'identity_unavailable', 'the certificate or the roots of this port do not parse');
        return;
      }
      if (ready === undefined) refuse(socket, 'identity_unavailable', 'this port has no certificate yet');
      else ready.emit('connection', socket);
    },
  };
}

function makeServer(
  { tls, handshakeTimeoutMs: timeoutMs = handshakeTimeoutMs }: ServerTlsOptions,
  secured: ReturnType<typeof serverOptions>,
  onSecure: (socket: TLSSocket) => void,
  refuse: (socket: Socket, code: ErrorCode, reason: string) => void,
): Server {
  const made = createServer({
    ...secured,
    requestCert: tls.clientCertificate !== 'none',
    // Judged in `onSecure`, so that a refusal has a reason to log.
    rejectUnauthorized: false,
    ...(tls.alpn.length === 0 ? {} : { ALPNProtocols: [...tls.alpn] }),
    handshakeTimeout: timeoutMs,
  });
  made.on('secureConnection', onSecure);
  made.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
    const code = classify(error);
    refuse(socket, code, code === 'plaintext_refused' ? 'the caller does not speak TLS' : failureText(error));
  });
  return made;
}

function serverOptions(tls: ServerTlsPolicy, held: HeldSecrets, ticketKeys: Buffer) {
  return {
    ...contextOptions(tls, held),
    ticketKeys,
    sessionTimeout: tls.sessionLifeSeconds === 0 ? sessionLifeSeconds : tls.sessionLifeSeconds,
    ...(tls.sessionTickets ? {} : { secureOptions: constants.SSL_OP_NO_TICKET }),
  };
}

function sameIdentity(a: TlsSecret | undefined, b: TlsSecret | undefined): boolean {
  if (a?.kind !== 'certificate' || b?.kind !== 'certificate') return false;
  const [first, second] = [new X509Certificate(a.certChainPem), new X509Certificate(b.certChainPem)];
  return first.subjectAltName === second.subjectAltName && first.subject === second.subject;
}

function rejectCaller(
  tls: ServerTlsPolicy,
  names: PeerNames | undefined,
  socket: TLSSocket,
  nowMs: number,
): string | undefined {
  if (names === undefined) return tls.requireClientCertificate ? 'the peer shows no certificate' : undefined;
  const prefixes = tls.allowedUriPrefixes;
  const reason =
    rejectExpired(names, nowMs) ??
    (tls.clientCertificate === 'mesh'
      ? rejectSpiffe(names, (uri) => prefixes.length === 0 || prefixes.some((prefix) => uri.startsWith(prefix)))
      : undefined) ??
    rejectNames(names, tls.sans);
  if (reason !== undefined || socket.authorized) return reason;
  return `its certificate is not trusted (${String(socket.authorizationError)})`;
}

/** The accepted socket below a secured one, which Node keeps as `_parent`; a plain socket is its own. */
function carrierOf(socket: Socket): Socket {
  return (socket as unknown as { readonly _parent?: Socket | null })._parent ?? socket;
}

class Caller implements CallerPeer {
  readonly peerUri: string | undefined;
  readonly alpn: string;
  readonly resumed: boolean;
  readonly #certificate: CallerCertificate | undefined;
  readonly #own: TlsSecret | undefined;

  constructor(socket: TLSSocket, certificate: CallerCertificate | undefined, own: TlsSecret | undefined) {
    this.#own = own;
    this.peerUri = certificate === undefined ? undefined : spiffeUriOf(certificate.names);
    this.alpn = socket.alpnProtocol || '';
    this.resumed = socket.isSessionReused();
    this.#certificate = certificate;
  }

  get certificateHash(): string | undefined {
    return this.#certificate?.hash;
  }

  certificate(): PeerCertificate | undefined {
    return this.#certificate?.describe();
  }

  ownCertificate(): PeerCertificate | undefined {
    return this.#own?.kind === 'certificate' ? describeOwn(this.#own) : undefined;
  }
}

/** By secret: a rotation is a new one. */
const described = new WeakMap<TlsSecret, PeerCertificate>();

function describeOwn(secret: Extract<TlsSecret, { kind: 'certificate' }>): PeerCertificate {
  let known = described.get(secret);
  if (known === undefined) {
    known = describeCertificate(new X509Certificate(secret.certChainPem));
    described.set(secret, known);
  }
  return known;
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
