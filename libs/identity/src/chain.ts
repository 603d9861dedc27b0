/** Reading certificate chains: pure, on PEM text. */

import { X509Certificate } from 'node:crypto';
import { WeftError } from '@weft/kernel';

/** Certificates looked at in one text; more are refused. */
export const chainLengthMax = 16;
/** Largest PEM text taken, UTF-16 units. */
export const chainTextMax = 256 * 1024;

/** What people and rotation want to know of a certificate. */
export interface CertificateInfo {
  readonly subject: string;
  readonly issuer: string;
  /** Hexadecimal, upper case, as OpenSSL prints it. */
  readonly serial: string;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** URI subject alternative names, in order. */
  readonly uris: readonly string[];
}

const onePem = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/** The certificates of a text, each ending with one line end. @throws WeftError state_invalid past the bounds. */
export function splitPem(text: string): readonly string[] {
  if (text.length > chainTextMax) throw new WeftError('state_invalid', `a chain is longer than ${chainTextMax}`);
  const found = (text.match(onePem) ?? []).map((one) => `${one}\n`);
  if (found.length > chainLengthMax) {
    throw new WeftError('state_invalid', `a chain has more than ${chainLengthMax} certificates`);
  }
  return found;
}

/** @throws WeftError state_invalid where a certificate does not parse. */
export function parseChain(text: string): readonly X509Certificate[] {
  return splitPem(text).map((pem) => {
    try {
      return new X509Certificate(pem);
    } catch (error) {
      throw new WeftError('state_invalid', 'a certificate does not parse', error);
    }
  });
}

/** Leaf first, as they stand in the text. @throws WeftError state_invalid. */
export function inspectChain(text: string): readonly CertificateInfo[] {
  return parseChain(text).map(infoOf);
}

export function infoOf(certificate: X509Certificate): CertificateInfo {
  return {
    subject: certificate.subject ?? '',
    issuer: certificate.issuer,
    serial: certificate.serialNumber,
    notBeforeMs: Date.parse(certificate.validFrom),
    notAfterMs: Date.parse(certificate.validTo),
    uris: urisOf(certificate),
  };
}

function urisOf(certificate: X509Certificate): readonly string[] {
  const names = certificate.subjectAltName;
  // Node quotes a name that holds a separator (CVE-2021-44532); no SPIFFE URI does, so such a certificate has none.
  if (names === undefined || names.includes('"')) return [];
  return names
    .split(', ')
    .filter((name) => name.startsWith('URI:'))
    .map((name) => name.slice('URI:'.length));
}
