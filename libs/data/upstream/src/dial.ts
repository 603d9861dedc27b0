/** Connections to endpoints: plain or secured, with a PROXY header first where one is due. */

import { connect } from 'node:net';
import type { UpstreamTls } from '@weft/data-runtime';
import type { Cancel, Clock, ErrorCode } from '@weft/kernel';
import { type ClientTls, socketPlace } from '@weft/tls';
import { readInPlace } from './accept-wire.ts';
import { readInto, SocketWire } from './socket-wire.ts';
import type { ResetReason } from './upstream-stream.ts';
import type { Wire } from './wire.ts';

/** Where to connect to. An Endpoint is one. */
export interface DialTarget {
  /** An IP address; the path of a Unix socket, or "@name", where the port is 0. */
  readonly address: string;
  readonly port: number;
  readonly tls: UpstreamTls | undefined;
}

export interface DialOptions {
  /** Instead of the target's. */
  readonly alpn?: readonly string[];
  /** Host of the request, for auto_sni and auto_san_validation. */
  readonly authority?: string;
  /** First octets of the connection, before TLS. */
  readonly proxyHeader?: Buffer | undefined;
}

export interface DialedPeer {
  /** The SPIFFE URI that the peer showed; nothing: plain text, or a peer that is known by other names. */
  readonly peerUri: string | undefined;
  /** The protocol agreed on; empty: none. */
  readonly alpn: string;
}

export interface DialerOptions {
  readonly clock: Clock;
  readonly tls: ClientTls;
  readonly trustDomain: string;
}

/** @param code `upstream_connect_failed`, `upstream_identity` or `identity_unavailable`. */
export type DialFailed = (code: ErrorCode, reason: string, reset: ResetReason) => void;

export interface Dialer {
  /** Exactly one of the callbacks is called, once, later; none after the returned cancel. */
  dial(
    target: DialTarget,
    timeoutMs: number,
    onReady: (wire: Wire, peer: DialedPeer) => void,
    onFailed: DialFailed,
    options?: DialOptions,
  ): Cancel;
}

const plainPeer: DialedPeer = { peerUri: undefined, alpn: '' };
const noOptions: DialOptions = {};

export function createDialer(dialer: DialerOptions): Dialer {
  return {
    dial(target, timeoutMs, onReady, onFailed, options = noOptions) {
      let over = false;
      const once = (): boolean => {
        if (over) return false;
        over = true;
        cancelTimer();
        return true;
      };
      const attempt = target.tls === undefined ? dialPlain : dialSecure(dialer, target.tls);
      const giveUp = attempt(
        target,
        options,
        (wire, peer) => (once() ? onReady(wire, peer) : wire.destroy()),
        (code, reason) => {
          if (once()) onFailed(code, reason, 'remote_connection_failure');
        },
      );
      const cancelTimer = dialer.clock.after(timeoutMs, () => {
        if (!once()) return;
        giveUp();
        onFailed('upstream_connect_failed', 'connection timeout', 'connection_timeout');
      });
      return () => {
        if (once()) giveUp();
      };
    },
  };
}

type Attempt = (
  target: DialTarget,
  options: DialOptions,
  onReady: (wire: SocketWire, peer: DialedPeer) => void,
  onFailed: (code: ErrorCode, reason: string) => void,
) => Cancel;

const dialPlain: Attempt = (target, options, onReady, onFailed) => {
  let wire: SocketWire;
  const socket = connect({
    ...socketPlace(target.address, target.port),
    noDelay: true,
    allowHalfOpen: true,
    onread: readInto(() => wire),
  });
  wire = new SocketWire(socket);
  wire.listen(false);
  wire.sink = {
    onData() {},
    onEnd() {},
    onDrain() {},
    onClose: () => onFailed('upstream_connect_failed', connectError(wire.errorCode)),
  };
  if (options.proxyHeader !== undefined) socket.write(options.proxyHeader);
  socket.once('connect', () => onReady(wire, plainPeer));
  return () => wire.destroy();
};

function dialSecure(dialer: DialerOptions, secure: UpstreamTls): Attempt {
  return (target, options, onReady, onFailed) => {
    let wire: SocketWire | undefined;
    // A server may speak before this end has seen that the handshake is done.
    const early: Buffer[] = [];
    const attempt = dialer.tls.connect(
      {
        host: target.address,
        port: target.port,
        tls: secure,
        alpn: options.alpn ?? secure.alpn,
        authority: options.authority ?? '',
        trustDomain: dialer.trustDomain,
        proxyHeader: options.proxyHeader,
        allowHalfOpen: true,
        onread: readInto(() => wire, early),
      },
      (socket, peer) => {
        const made = new SocketWire(socket);
        wire = made;
        // Over a socket that had carried a PROXY header Node takes no `onread`.
        made.listen(options.proxyHeader !== undefined && !readInPlace(socket));
        onReady(made, { peerUri: peer.peerUri, alpn: peer.alpn });
        for (const chunk of early.splice(0)) made.sink.onData(chunk);
      },
      onFailed,
    );
    return () => void attempt.destroy();
  };
}

/** The system's words, as Envoy's logs have them. */
const systemWords: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Connection refused',
  ECONNRESET: 'Connection reset by peer',
  EHOSTUNREACH: 'No route to host',
  ENETUNREACH: 'Network is unreachable',
  ETIMEDOUT: 'Connection timed out',
};

function connectError(code: string): string {
  return `delayed connect error: ${systemWords[code] ?? (code || 'closed')}`;
}
