/** The SPIFFE URI of a certificate, and whether it is one that is expected. */

import type { X509Certificate } from 'node:crypto';

/** Who a peer showed itself to be; resumption brings it back from the first handshake. */
export interface PeerIdentity {
  /** Nothing: not exactly one SPIFFE URI. */
  readonly uri: string | undefined;
  /** End of the certificate's validity, milliseconds since the epoch. */
  readonly validToMs: number;
}

export function identityOf(certificate: X509Certificate): PeerIdentity {
  return { uri: spiffeUriOf(certificate), validToMs: Date.parse(certificate.validTo) };
}

/** Why a peer's identity is not acceptable; nothing where it is. Chain verification is not part of it. */
export function rejectPeer(
  peer: PeerIdentity | undefined,
  accepted: (uri: string) => boolean,
  nowMs: number,
): string | undefined {
  if (peer === undefined) return 'the peer shows no certificate';
  if (peer.uri === undefined) return 'the certificate of the peer has not exactly one SPIFFE URI';
  // A resumed session is not verified anew, and may outlive the certificate it was made with.
  if (!(peer.validToMs > nowMs)) return `the certificate of ${peer.uri} has expired`;
  return accepted(peer.uri) ? undefined : `the peer is ${peer.uri}`;
}

/**
 * The one URI SAN of a certificate (X.509-SVID section 2: exactly one).
 * @returns nothing where there is none, more than one, or one that is no SPIFFE URI.
 */
function spiffeUriOf(certificate: X509Certificate): string | undefined {
  const names = certificate.subjectAltName;
  // Node quotes a name that holds a separator; no SPIFFE URI does.
  if (names === undefined || names.includes('"')) return undefined;
  let uri: string | undefined;
  for (const name of names.split(', ')) {
    if (!name.startsWith('URI:')) continue;
    if (uri !== undefined) return undefined;
    uri = name.slice('URI:'.length);
  }
  return uri?.startsWith('spiffe://') === true ? uri : undefined;
}
