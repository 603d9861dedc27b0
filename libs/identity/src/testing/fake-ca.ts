/** A throw-away CA for tests: signs requests and issues ready key pairs, with an intermediate as a real one has. */

import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { Clock } from '@weft/kernel';

// Node's WebCrypto has the browser's shape, but not its type.
x509.cryptoProvider.set(webcrypto as never);

export interface FakeCa {
  readonly rootPem: string;
  /** @returns PEM: leaf, intermediate, root. The identity is `uri`, whatever the request says. Valid from 1 s ago. */
  sign(csrPem: string, uri: string, ttlSeconds: number): Promise<readonly string[]>;
  /** A key with its certificate, in the form that @weft/tls takes. */
  issue(uri: string, ttlSeconds?: number): Promise<FakeMaterial>;
  /** The same for a server that is known by its DNS name. */
  issueServer(dnsName: string): Promise<FakeMaterial>;
}

export interface FakeMaterial {
  readonly certChainPem: string;
  readonly privateKeyPem: string;
  readonly rootsPem: string;
}

const p256 = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const signing = { name: 'ECDSA', hash: 'SHA-256' } as const;
const tenYearsMs = 3650 * 86_400_000;

export async function createFakeCa(clock: Clock): Promise<FakeCa> {
  const rootKeys = await webcrypto.subtle.generateKey(p256, true, ['sign', 'verify']);
  const caKeys = await webcrypto.subtle.generateKey(p256, true, ['sign', 'verify']);
  let serial = 16;
  const life = (fromMs: number, untilMs: number) => ({ notBefore: new Date(fromMs), notAfter: new Date(untilMs) });
  const nextSerial = (): string => (serial++).toString(16);
  const now = clock.now();
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: nextSerial(),
    name: 'CN=weft fake root',
    ...life(now - 86_400_000, now + tenYearsMs),
    keys: rootKeys as never,
    signingAlgorithm: signing,
    extensions: [new x509.BasicConstraintsExtension(true, 1, true)],
  });
  const ca = await x509.X509CertificateGenerator.create({
    serialNumber: nextSerial(),
    subject: 'CN=weft fake CA',
    issuer: root.subject,
    ...life(now - 86_400_000, now + tenYearsMs),
    publicKey: caKeys.publicKey as never,
    signingKey: rootKeys.privateKey as never,
    signingAlgorithm: signing,
    extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
  });
  const rootPem = pemOf(root);

  type Name = { readonly type: 'url' | 'dns'; readonly value: string };
  const certify = async (publicKey: x509.PublicKeyType, name: Name, ttlSeconds: number): Promise<string> => {
    const from = clock.now() - 1000;
    const leaf = await x509.X509CertificateGenerator.create({
      serialNumber: nextSerial(),
      subject: '',
      issuer: ca.subject,
      ...life(from, from + 1000 + ttlSeconds * 1000),
      publicKey,
      signingKey: caKeys.privateKey as never,
      signingAlgorithm: signing,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.SubjectAlternativeNameExtension([name], true),
      ],
    });
    return pemOf(leaf);
  };

  const issue = async (name: Name, ttlSeconds: number): Promise<FakeMaterial> => {
    const keys = await webcrypto.subtle.generateKey(p256, true, ['sign', 'verify']);
    const leaf = await certify(keys.publicKey as never, name, ttlSeconds);
    const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
    const privateKeyPem = `${x509.PemConverter.encode(key, 'PRIVATE KEY').trim()}\n`;
    return { certChainPem: leaf + pemOf(ca), privateKeyPem, rootsPem: rootPem };
  };

  return {
    rootPem,
    async sign(csrPem, uri, ttlSeconds) {
      const request = new x509.Pkcs10CertificateRequest(csrPem);
      if (!(await request.verify())) throw new Error('the signature of the request is not by its key');
      return [await certify(request.publicKey, { type: 'url', value: uri }, ttlSeconds), pemOf(ca), rootPem];
    },
    issue: (uri, ttlSeconds = 3600) => issue({ type: 'url', value: uri }, ttlSeconds),
    issueServer: (dnsName) => issue({ type: 'dns', value: dnsName }, 3600),
  };
}

/** The library's PEM ends without a line end, which OpenSSL refuses inside a chain. */
function pemOf(item: { toString(format: 'pem'): string }): string {
  return `${item.toString('pem').trim()}\n`;
}
