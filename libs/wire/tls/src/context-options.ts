/** What of a policy goes into an OpenSSL context. */

import type { SecureContextOptions } from 'node:tls';
import type { HeldSecrets, TlsPolicy } from './material.ts';

/** TLS 1.3: AES-128 first, which costs a third less than the AES-256 that OpenSSL prefers. */
const ciphers13 = 'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256';

/** TLS 1.2: forward secrecy and authenticated encryption only, as Envoy's default. */
export const defaultCiphers =
  'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:' +
  'ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384';

export function contextOptions(policy: TlsPolicy, held: HeldSecrets): SecureContextOptions {
  const { certificate, roots } = held;
  return {
    minVersion: policy.minVersion,
    maxVersion: policy.maxVersion,
    ciphers: `${ciphers13}:${policy.ciphers === '' ? defaultCiphers : policy.ciphers}`,
    ...(certificate?.kind === 'certificate' ? { cert: certificate.certChainPem, key: certificate.privateKeyPem } : {}),
    ...(certificate?.kind === 'certificate' && certificate.password !== '' ? { passphrase: certificate.password } : {}),
    ...(roots?.kind === 'roots' ? { ca: roots.rootsPem } : {}),
    ...(roots?.kind === 'roots' && roots.crlPem !== '' ? { crl: listsOf(roots.crlPem) } : {}),
  };
}

/** One by one: of a text with several lists Node takes the first alone, and then misses those of the other issuers. */
function listsOf(pem: string): string[] {
  return pem.match(/-----BEGIN X509 CRL-----[A-Za-z0-9+/=\s]+-----END X509 CRL-----/g) ?? [];
}
