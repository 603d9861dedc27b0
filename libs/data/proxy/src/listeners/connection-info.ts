/** What is known of an accepted connection, resolved once. */

import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { ConnectionInfo, Direction } from '@weft/data-runtime';
import { formatHostPort } from '@weft/kernel';
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
  return new AcceptedInfo(socket, direction, addresses, peer, sni);
}

/** A class: of object literals with a getter each has a shape of its own, so that every read of one would be a search. */
class AcceptedInfo implements ConnectionInfo {
  readonly remoteAddress: string;
  readonly directRemoteAddress: string;
  readonly localAddress: string;
  readonly restored: boolean;
  readonly tls: boolean;
  readonly tlsVersion: string;
  readonly peerUri: string | undefined;
  readonly peerCertificate: ConnectionInfo['peerCertificate'];
  readonly localCertificate: NonNullable<ConnectionInfo['localCertificate']>;
  readonly sni: string | undefined;
  readonly alpn: string | undefined;
  readonly direction: Direction;
  readonly #peer: CallerPeer | undefined;

  constructor(
    socket: Socket,
    direction: Direction,
    addresses: Addresses,
    peer: CallerPeer | undefined,
    sni: string | undefined,
  ) {
    this.remoteAddress = addresses.remote;
    this.directRemoteAddress = addresses.direct;
    this.localAddress = addresses.local;
    this.restored = addresses.restored;
    this.tls = peer !== undefined;
    this.tlsVersion = socket instanceof TLSSocket ? (socket.getProtocol() ?? '') : '';
    this.peerUri = peer?.peerUri;
    this.peerCertificate = () => peer?.certificate();
    this.localCertificate = () => peer?.ownCertificate();
    this.sni = serverNameOf(socket) ?? (sni === '' ? undefined : sni);
    this.alpn = peer === undefined || peer.alpn === '' ? undefined : peer.alpn;
    this.direction = direction;
    this.#peer = peer;
  }

  get peerCertificateHash(): string | undefined {
    return this.#peer?.certificateHash;
  }
}

/** "127.0.0.1:15001", "[::1]:15001"; empty where the socket is closed already. */
export function hostPort(address: string | undefined, port: number | undefined): string {
  if (address === undefined || port === undefined) return '';
  const plain = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
  return formatHostPort(plain, port);
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
