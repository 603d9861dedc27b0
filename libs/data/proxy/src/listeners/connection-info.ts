/** What is known of an accepted connection, resolved once. */

import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { ConnectionInfo } from '@weft/data-filters';
import type { Direction } from '@weft/data-runtime';
import type { SecurePeer } from '@weft/tls';

/** @param peer of a connection that was secured; nothing: plain text. */
export function connectionInfo(socket: Socket, direction: Direction, peer: SecurePeer | undefined): ConnectionInfo {
  return {
    remoteAddress: hostPort(socket.remoteAddress, socket.remotePort),
    localAddress: hostPort(socket.localAddress, socket.localPort),
    tls: peer !== undefined,
    peerUri: peer?.peerUri,
    peerCertificateHash: peer?.peerUri === undefined ? undefined : certificateHashOf(socket),
    sni: serverNameOf(socket),
    alpn: peer === undefined || peer.alpn === '' ? undefined : peer.alpn,
    direction,
  };
}

/** "127.0.0.1:15001", "[::1]:15001"; empty where the socket is closed already. */
export function hostPort(address: string | undefined, port: number | undefined): string {
  if (address === undefined || port === undefined) return '';
  const plain = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
  return plain.includes(':') ? `[${plain}]:${port}` : `${plain}:${port}`;
}

/** SHA-256 of the DER in lower-case hex; Node writes it in capitals with colons. */
function certificateHashOf(socket: Socket): string | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  return socket.getPeerX509Certificate()?.fingerprint256.replaceAll(':', '').toLowerCase();
}

function serverNameOf(socket: Socket): string | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  // Node says false where the client named none; its types do not know the property.
  const { servername } = socket as unknown as { readonly servername?: string | false };
  return typeof servername === 'string' && servername !== '' ? servername : undefined;
}
