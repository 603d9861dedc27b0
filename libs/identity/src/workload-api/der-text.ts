/** PEM texts in the form that the SPIFFE Workload API hands over: DER, one after another. */

import { createPrivateKey } from 'node:crypto';
import { splitPem } from '../chain.ts';

/** Certificates, in their order. @throws WeftError state_invalid past the bounds of `splitPem`. */
export function certificatesToDer(pem: string): Uint8Array {
  return Buffer.concat(splitPem(pem).map(bodyOf));
}

/** PKCS#8. */
export function keyToDer(pem: string): Uint8Array {
  return createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' });
}

/** Revocation lists, one element each. */
export function listsToDer(pem: string): Uint8Array[] {
  return (pem.match(/-----BEGIN X509 CRL-----[A-Za-z0-9+/=\s]+-----END X509 CRL-----/g) ?? []).map(bodyOf);
}

function bodyOf(pem: string): Buffer {
  return Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
}
