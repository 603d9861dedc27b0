/** Makes what a CA of its own consists of: root and intermediate, and the intermediate anew before it expires. */

import { createPrivateKey, createPublicKey } from 'node:crypto';
import { randomHex } from '@weft/kernel';
import { type AuthorityFiles, fileNames } from './authority-files.ts';
import { importSigningKey, p256, pemOf, privateKeyPem, sha256, webcrypto, x509 } from './x509.ts';

const dayMs = 86_400_000;
const rootLifeMs = 3650 * dayMs;
const intermediateLifeMs = 1825 * dayMs;
/** Certificates are valid from a little earlier, for clocks that go slow. */
const skewMs = 60_000;
const usages = x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign;

/** Files by name, with keys among them. Each CA has names of its own, so that two can be told apart while both are trusted. */
export async function makeAuthority(trustDomain: string, nowMs: number): Promise<Record<string, string>> {
  const mark = randomHex(4);
  const makeKeys = (): Promise<webcrypto.CryptoKeyPair> => webcrypto.subtle.generateKey(p256, true, ['sign', 'verify']);
  const rootKeys = await makeKeys();
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: `01${randomHex(15)}`,
    name: `O=${trustDomain},CN=Weft root CA ${mark}`,
    notBefore: new Date(nowMs - skewMs),
    notAfter: new Date(nowMs + rootLifeMs),
    keys: rootKeys,
    signingAlgorithm: sha256,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(usages, true),
      await x509.SubjectKeyIdentifierExtension.create(rootKeys.publicKey),
    ],
  });
  const keys = await makeKeys();
  const intermediate = await certifyIntermediate({
    subject: `O=${trustDomain},CN=Weft intermediate CA ${mark}`,
    publicKey: keys.publicKey,
    root,
    rootKey: { key: rootKeys.privateKey, algorithm: sha256 },
    nowMs,
  });
  return {
    [fileNames.root]: pemOf(root),
    [fileNames.caCert]: intermediate,
    [fileNames.chain]: intermediate,
    [fileNames.caKey]: await privateKeyPem(keys.privateKey),
    [fileNames.rootKey]: await privateKeyPem(rootKeys.privateKey),
  };
}

/**
 * The same CA with an intermediate that lives on: name and key stay, so that what it issued and revoked before stays so.
 * @param files of a CA whose root key is here.
 */
export async function renewIntermediate(
  files: AuthorityFiles & { readonly rootKeyPem: string },
  nowMs: number,
): Promise<Record<string, string>> {
  const root = new x509.X509Certificate(files.rootPem);
  const before = new x509.X509Certificate(files.caCertPem);
  const intermediate = await certifyIntermediate({
    subject: before.subject,
    publicKey: await publicKeyOf(files.caKeyPem),
    root,
    rootKey: await importSigningKey(files.rootKeyPem),
    nowMs,
  });
  return {
    [fileNames.root]: files.rootsPem,
    [fileNames.caCert]: intermediate,
    [fileNames.chain]: intermediate,
    [fileNames.caKey]: files.caKeyPem,
    [fileNames.rootKey]: files.rootKeyPem,
  };
}

interface Intermediate {
  readonly subject: string;
  readonly publicKey: x509.PublicKeyType;
  readonly root: x509.X509Certificate;
  readonly rootKey: Awaited<ReturnType<typeof importSigningKey>>;
  readonly nowMs: number;
}

async function certifyIntermediate({ subject, publicKey, root, rootKey, nowMs }: Intermediate): Promise<string> {
  const made = await x509.X509CertificateGenerator.create({
    serialNumber: `01${randomHex(15)}`,
    subject,
    issuer: root.subject,
    notBefore: new Date(nowMs - skewMs),
    notAfter: new Date(Math.min(nowMs + intermediateLifeMs, root.notAfter.getTime())),
    publicKey,
    signingKey: rootKey.key,
    signingAlgorithm: rootKey.algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(usages, true),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(root.publicKey),
    ],
  });
  return pemOf(made);
}

/** Of a CA that `makeAuthority` made. */
function publicKeyOf(privatePem: string): Promise<webcrypto.CryptoKey> {
  const spki = createPublicKey(createPrivateKey(privatePem)).export({ type: 'spki', format: 'der' });
  return webcrypto.subtle.importKey('spki', spki, p256, true, ['verify']);
}
