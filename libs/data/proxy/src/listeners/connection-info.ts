/** What is known of an accepted connection, resolved once. */

import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { ConnectionInfo, Direction } from '@weft/data-runtime';
import type { CallerPeer } from '@weft/tls';

/** "127.0.0.1:40000" each. */
export interface Addresses {
  /** The client, as the PROXY protocol names it where it does. */
  remote: string;
  /** The socket's peer. */
  readonly direct: string;
  /** Where the client wanted to go. */
  local: string;
  /** `local` was restored: iptables sent it here, or the PROXY protocol names it. */
  restored: boolean;
}

export function addressesOf(socket: Socket): Addresses {
  const remote = hostPort(socket.remoteAddress, socket.remotePort);
  return { remote, direct: remote, local: hostPort(socket.localAddress, socket.localPort), restored: false };
}

/** @param peer of a connection that was secured; nothing: plain text. @param sni that was seen before any handshake. */
export function connectionInfo(
  socket: Socket,
  direction: Direction,
  addresses: Addresses,
  peer: CallerPeer | undefined,
  sni?: string,
): ConnectionInfo {
  return {
    remoteAddress: addresses.remote,
    directRemoteAddress: addresses.direct,
    localAddress: addresses.local,
    restored: addresses.restored,
    tls: peer !== undefined,
    tlsVersion: socket instanceof TLSSocket ? (socket.getProtocol() ?? '') : '',
    peerUri: peer?.peerUri,
    get peerCertificateHash() {
      return peer?.certificateHash;
    },
    peerCertificate: () => peer?.certificate(),
    localCertificate: () => peer?.ownCertificate(),
    sni: serverNameOf(socket) ?? (sni === '' ? undefined : sni),
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

/** The reverse of `hostPort`. */
export function splitHostPort(text: string): { readonly address: string; readonly port: number } {
  const colon = text.lastIndexOf(':');
  const address = text.slice(0, colon);
  return { address: address.startsWith('[') ? address.slice(1, -1) : address, port: Number(text.slice(colon + 1)) };
}

function serverNameOf(socket: Socket): string | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  // Node says false where the client named none; its types do not know the property.
  const { servername } = socket as unknown as { readonly servername?: string | false };
  return typeof servername === 'string' && servername !== '' ? servername : undefined;
}
