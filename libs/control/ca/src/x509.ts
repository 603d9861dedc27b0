/** @peculiar/x509, set up once: its decorators need reflect-metadata first, its algorithms a WebCrypto. */

import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

// Node's WebCrypto has the browser's shape, but not its type.
x509.cryptoProvider.set(webcrypto as never);

/** The one curve of the mesh's keys. */
export const p256 = { name: 'ECDSA', namedCurve: 'P-256' } as const;
export const sha256 = { name: 'ECDSA', hash: 'SHA-256' } as const;

export { webcrypto, x509 };

/** The library's PEM ends without a line end, which OpenSSL refuses inside a chain. */
export function pemOf(item: { toString(format: 'pem'): string }): string {
  return `${item.toString('pem').trim()}\n`;
}

/** PKCS#8 PEM of an extractable key. */
export async function privateKeyPem(key: webcrypto.CryptoKey): Promise<string> {
  const der = await webcrypto.subtle.exportKey('pkcs8', key);
  return `${x509.PemConverter.encode(der, 'PRIVATE KEY').trim()}\n`;
}
