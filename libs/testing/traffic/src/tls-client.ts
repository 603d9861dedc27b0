/** TLS of the table's client. */

import { connect as connectTcp, type Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { tlsMaterial, trustedRootsPem } from './tls-material.ts';

export interface ClientTls {
  readonly sni?: string;
  readonly alpn?: readonly string[];
  /** Whose certificate the client shows; default: none. */
  readonly as?: keyof typeof tlsMaterial;
}

/** A connection of the client to a peer, in the clear without `tls`. What is written before the handshake has ended waits for it. */
export function openClientSocket(port: number, tls: ClientTls | undefined, from = '127.0.0.1'): Socket {
  return tls === undefined
    ? connectTcp({ port, host: '127.0.0.1', localAddress: from, noDelay: true })
    : openTls(port, tls);
}

function openTls(port: number, tls: ClientTls): TLSSocket {
  const own = tls.as === undefined ? undefined : tlsMaterial[tls.as];
  return connect({
    port,
    host: '127.0.0.1',
    ca: trustedRootsPem,
    checkServerIdentity: () => undefined,
    ...(tls.sni === undefined ? {} : { servername: tls.sni }),
    ...(tls.alpn === undefined ? {} : { ALPNProtocols: [...tls.alpn] }),
    ...(own === undefined ? {} : { cert: own.certChainPem, key: own.privateKeyPem }),
  });
}
