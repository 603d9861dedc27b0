/** What a client's certificate says, read when it is first asked for. */

import type { X509Certificate } from 'node:crypto';
import { namesOf } from './peer-names.ts';

/** Lists are in the order of the certificate. */
export interface PeerCertificate {
  readonly uris: readonly string[];
  readonly dnsNames: readonly string[];
  /** RFC 2253: "CN=x,O=y". */
  readonly subject: string;
  readonly issuer: string;
  /** Hexadecimal, lower case. */
  readonly serial: string;
  /** SHA-256 of the DER, lower-case hex. */
  readonly hash: string;
  readonly pem: string;
}

export function describeCertificate(certificate: X509Certificate): PeerCertificate {
  const names = namesOf(certificate);
  return {
    uris: names.uri,
    dnsNames: names.dns,
    subject: distinguishedName(certificate.subject),
    issuer: distinguishedName(certificate.issuer),
    serial: certificate.serialNumber.toLowerCase(),
    hash: hashOf(certificate),
    pem: certificate.toString(),
  };
}

export function hashOf(certificate: X509Certificate): string {
  return certificate.fingerprint256.replaceAll(':', '').toLowerCase();
}

/** Node gives one escaped part a line, in the order of the certificate; RFC 2253 wants the opposite. */
function distinguishedName(lines: string | undefined): string {
  if (lines === undefined) return '';
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .reverse()
    .map((line) => line.replaceAll(' + ', '+'))
    .join(',');
}
