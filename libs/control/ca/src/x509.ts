/** @peculiar/x509, set up once: its decorators need reflect-metadata first, its algorithms a WebCrypto. */

import 'reflect-metadata';
import { createPrivateKey, webcrypto } from 'node:crypto';
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

export interface SigningKey {
  readonly key: webcrypto.CryptoKey;
  readonly algorithm: { readonly name: string; readonly hash: string };
}

/** Istio's own CA keys are RSA, so a given CA may be. @param pem PKCS#8, PKCS#1 or SEC1. */
export async function importSigningKey(pem: string): Promise<SigningKey> {
  const key = createPrivateKey(pem);
  const der = key.export({ type: 'pkcs8', format: 'der' });
  if (key.asymmetricKeyType === 'rsa') {
    const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
    return { algorithm, key: await webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']) };
  }
  const namedCurve = key.asymmetricKeyDetails?.namedCurve === 'secp384r1' ? 'P-384' : 'P-256';
  const imported = await webcrypto.subtle.importKey('pkcs8', der, { name: 'ECDSA', namedCurve }, false, ['sign']);
  return { algorithm: sha256, key: imported };
}
