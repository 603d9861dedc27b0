/** Certificates of callers, each read once: a client that comes back shows the same. */

import type { X509Certificate } from 'node:crypto';
import { describeCertificate, hashOf, type PeerCertificate } from './peer-certificate.ts';
import { namesOf, type PeerNames } from './peer-names.ts';

/** Certificates kept for one port; the one that was shown longest ago goes first. */
const callersMax = 1_000;

/** What a certificate says; what is not asked for is not read. It says nothing of whether the certificate is to be trusted. */
export class CallerCertificate {
  readonly names: PeerNames;
  readonly #x509: X509Certificate;
  #hash: string | undefined;
  #described: PeerCertificate | undefined;

  constructor(x509: X509Certificate) {
    this.#x509 = x509;
    this.names = namesOf(x509);
  }

  /** SHA-256 of the DER, lower-case hex. */
  get hash(): string {
    this.#hash ??= hashOf(this.#x509);
    return this.#hash;
  }

  describe(): PeerCertificate {
    this.#described ??= describeCertificate(this.#x509);
    return this.#described;
  }
}

export interface CallerCertificates {
  of(x509: X509Certificate): CallerCertificate;
  size(): number;
}

export function createCallerCertificates(max = callersMax): CallerCertificates {
  // By all of their octets: nothing else is sure to tell two certificates apart.
  const known = new Map<string, CallerCertificate>();
  return {
    of(x509) {
      const key = x509.raw.toString('latin1');
      let certificate = known.get(key);
      if (certificate === undefined) certificate = new CallerCertificate(x509);
      else known.delete(key);
      known.set(key, certificate);
      if (known.size > max) {
        const oldest = known.keys().next();
        if (oldest.done !== true) known.delete(oldest.value);
      }
      return certificate;
    },
    size: () => known.size,
  };
}
