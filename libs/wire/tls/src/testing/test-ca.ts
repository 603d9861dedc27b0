/** A throw-away certificate authority for tests: P-256 root, leaves with SPIFFE URIs. */

import 'reflect-metadata';
import { KeyObject, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { TlsMaterial } from '../material-secrets.ts';

export interface TestCa {
  readonly rootPem: string;
  /**
   * @param uris URI SANs, usually one SPIFFE URI.
   * @param life when the leaf is valid; a day around now where absent.
   * @param more DNS and IP names, and a subject ("CN=a, O=b" in the order of the certificate).
   */
  issue(
    uris: readonly string[],
    life?: { readonly from: Date; readonly to: Date },
    more?: { readonly dns?: readonly string[]; readonly ip?: readonly string[]; readonly subject?: string },
  ): Promise<TlsMaterial>;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const hourMs = 3_600_000;

/** @param now milliseconds since the epoch around which certificates are valid. */
export async function createTestCa(now: number): Promise<TestCa> {
  x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);
  const rootKeys = await newKeys();
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'CN=weft test root',
    notBefore: new Date(now - hourMs * 24),
    notAfter: new Date(now + hourMs * 240),
    signingAlgorithm: algorithm,
    keys: rootKeys as never,
    extensions: [new x509.BasicConstraintsExtension(true, 1, true)],
  });
  let serial = 1;
  return {
    rootPem: `${root.toString('pem')}\n`,
    async issue(uris, life, more = {}) {
      const keys = await newKeys();
      serial += 1;
      const leaf = await x509.X509CertificateGenerator.create({
        serialNumber: serial.toString(16).padStart(2, '0'),
        subject: more.subject ?? '',
        issuer: root.subject,
        notBefore: life?.from ?? new Date(now - hourMs),
        notAfter: life?.to ?? new Date(now + hourMs * 23),
        signingAlgorithm: algorithm,
        publicKey: keys.publicKey as never,
        signingKey: rootKeys.privateKey as never,
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.SubjectAlternativeNameExtension(
            [
              ...uris.map((value) => ({ type: 'url' as const, value })),
              ...(more.dns ?? []).map((value) => ({ type: 'dns' as const, value })),
              ...(more.ip ?? []).map((value) => ({ type: 'ip' as const, value })),
            ],
            true,
          ),
        ],
      });
      const key = KeyObject.from(keys.privateKey as never).export({ type: 'pkcs8', format: 'pem' });
      return {
        certChainPem: `${leaf.toString('pem')}\n`,
        privateKeyPem: String(key),
        rootsPem: `${root.toString('pem')}\n`,
      };
    },
  };
}

async function newKeys(): Promise<{ publicKey: unknown; privateKey: unknown }> {
  return await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}
