/** Connections to endpoints: plain, or mutual TLS to the expected identity. */

import { connect } from 'node:net';
import type { UpstreamTls } from '@weft/data-runtime';
import type { Cancel, Clock, ErrorCode } from '@weft/kernel';
import type { ClientTls } from '@weft/tls';
import { readInto, SocketWire } from './socket-wire.ts';
import type { Wire } from './wire.ts';

/** Where to connect to. An Endpoint is one. */
export interface DialTarget {
  readonly address: string;
  readonly port: number;
  readonly tls: UpstreamTls | undefined;
}

export interface DialedPeer {
  /** The SPIFFE URI that the peer showed; nothing: plain text. */
  readonly peerUri: string | undefined;
  /** The protocol agreed on; empty: none. */
  readonly alpn: string;
}

export interface DialerOptions {
  readonly clock: Clock;
  readonly tls: ClientTls;
  readonly trustDomain: string;
}

export interface Dialer {
  /**
   * Exactly one of the callbacks is called, once, later; none after the returned cancel.
   * @param onFailed `upstream_connect_failed`, `upstream_identity` or `identity_unavailable`, and why.
   */
  dial(
    target: DialTarget,
    timeoutMs: number,
    onReady: (wire: Wire, peer: DialedPeer) => void,
    onFailed: (code: ErrorCode, reason: string) => void,
  ): Cancel;
}

const plainPeer: DialedPeer = { peerUri: undefined, alpn: '' };

export function createDialer(options: DialerOptions): Dialer {
  return {
    dial(target, timeoutMs, onReady, onFailed) {
      let over = false;
      const once = (): boolean => {
        if (over) return false;
        over = true;
        cancelTimer();
        return true;
      };
      const attempt = (target.tls === undefined ? dialPlain : dialSecure(options, target.tls))(
        target,
        (wire, peer) => (once() ? onReady(wire, peer) : wire.destroy()),
        (code, reason) => {
          if (once()) onFailed(code, reason);
        },
      );
      const cancelTimer = options.clock.after(timeoutMs, () => {
        if (!once()) return;
        attempt();
        onFailed('upstream_connect_failed', 'connection timeout');
      });
      return () => {
        if (once()) attempt();
      };
    },
  };
}

type Attempt = (
  target: DialTarget,
  onReady: (wire: Wire, peer: DialedPeer) => void,
  onFailed: (code: ErrorCode, reason: string) => void,
) => Cancel;

const dialPlain: Attempt = (target, onReady, onFailed) => {
  let wire: SocketWire;
  const socket = connect({
    host: target.address,
    port: target.port,
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
    onClose: () => onFailed('upstream_connect_failed', `connect error: ${wire.errorCode || 'closed'}`),
  };
  socket.once('connect', () => onReady(wire, plainPeer));
  return () => wire.destroy();
};

function dialSecure(options: DialerOptions, secure: UpstreamTls): Attempt {
  return (target, onReady, onFailed) => {
    let wire: SocketWire | undefined;
    // A server may speak before this end has seen that the handshake is done.
    const early: Buffer[] = [];
    const wanted = {
      host: target.address,
      port: target.port,
      sni: secure.sni,
      alpn: secure.alpn,
      expectedUris: secure.expectedUris,
      trustDomain: options.trustDomain,
      allowHalfOpen: true,
      onread: readInto(() => wire, early),
    };
    const attempt = options.tls.connect(
      wanted,
      (socket, peer) => {
        wire = new SocketWire(socket);
        wire.listen(false);
        onReady(wire, { peerUri: peer.peerUri, alpn: peer.alpn });
        for (const chunk of early.splice(0)) wire.sink.onData(chunk);
      },
      onFailed,
    );
    return () => {
      attempt.destroy();
    };
  };
}
