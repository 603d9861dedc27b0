/** What is known of a client's connection before its first request. */

import type { PeerCertificate } from '@weft/tls';
import type { Direction } from './tables/listener.ts';

export type { PeerCertificate } from '@weft/tls';

/** What is known of a client's connection; resolved when it is accepted. Addresses are "127.0.0.1:40000". */
export interface ConnectionInfo {
  /** The client: the socket's peer, or what the PROXY protocol said. */
  readonly remoteAddress: string;
  /** The socket's peer, whatever anyone said. */
  readonly directRemoteAddress: string;
  /** Where the client wanted to go: the socket's own address, or the original destination. */
  readonly localAddress: string;
  /** False: `localAddress` is the socket's own; ORIGINAL_DST clusters have no endpoint for such a connection. */
  readonly restored?: boolean;
  readonly tls: boolean;
  readonly tlsVersion: string;
  /** SPIFFE URI of the client's certificate, where it was verified. */
  readonly peerUri: string | undefined;
  /** SHA-256 of that certificate's DER, lower-case hex. */
  readonly peerCertificateHash: string | undefined;
  /** The whole certificate, read when it is first asked for. */
  readonly peerCertificate: () => PeerCertificate | undefined;
  /** The certificate that this end showed; where it is not given, none is known. */
  readonly localCertificate?: () => PeerCertificate | undefined;
  readonly sni: string | undefined;
  readonly alpn: string | undefined;
  readonly direction: Direction;
}
