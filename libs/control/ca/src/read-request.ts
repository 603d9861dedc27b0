/** What of a certificate request is read: its key, and that its sender holds it. */

import { WeftError } from '@weft/kernel';
import { x509 } from './x509.ts';

/** Largest certificate request taken, UTF-16 units of PEM. */
export const csrLengthMax = 8192;
/** Bounds of an RSA key, bits: Istio's agent makes 2048 where it makes RSA. */
export const rsaBitsMin = 2048;
const rsaBitsMax = 4096;
/** Largest public exponent taken of an RSA key, bytes: a longer one makes each check of a signature slow. */
const rsaExponentBytesMax = 4;

/** Nothing else of the request counts: the name is the caller's. @throws WeftError csr_invalid. */
export async function readRequest(csrPem: string): Promise<x509.PublicKey> {
  if (csrPem.length > csrLengthMax) throw new WeftError('csr_invalid', `the request is longer than ${csrLengthMax}`);
  let request: x509.Pkcs10CertificateRequest;
  try {
    if (!/-----BEGIN (NEW )?CERTIFICATE REQUEST-----/.test(csrPem)) throw new Error('not a PEM certificate request');
    request = new x509.Pkcs10CertificateRequest(csrPem);
  } catch (error) {
    throw new WeftError('csr_invalid', 'the request is not PKCS#10 in PEM', error);
  }
  assertKey(request.publicKey);
  const { hash } = request.signatureAlgorithm as { hash?: { name?: string } };
  if (hash?.name === 'SHA-1') throw new WeftError('csr_invalid', 'the request is signed with SHA-1');
  const proven = await request.verify().catch(() => false);
  if (!proven) throw new WeftError('csr_invalid', 'the signature of the request is not by its key');
  return request.publicKey;
}

interface KeyAlgorithm {
  readonly name?: string;
  readonly namedCurve?: string;
  readonly modulusLength?: number;
  readonly publicExponent?: Uint8Array;
}

function assertKey(key: x509.PublicKey): void {
  const { name = '', namedCurve, modulusLength = 0, publicExponent } = key.algorithm as KeyAlgorithm;
  if (namedCurve === 'P-256') return;
  if (!name.startsWith('RSA')) throw new WeftError('csr_invalid', 'the key of the request is neither P-256 nor RSA');
  if (modulusLength < rsaBitsMin || modulusLength > rsaBitsMax) {
    throw new WeftError(
      'csr_invalid',
      `the RSA key of the request has ${modulusLength} bits: from ${rsaBitsMin} to ${rsaBitsMax} are taken`,
    );
  }
  if ((publicExponent?.length ?? 0) > rsaExponentBytesMax) {
    throw new WeftError('csr_invalid', 'the public exponent of the RSA key of the request is too large');
  }
}
