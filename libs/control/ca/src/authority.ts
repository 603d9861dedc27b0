/** The certificate authority: the only place that signs. */

import { createPrivateKey } from 'node:crypto';
import { type Clock, randomHex, WeftError } from '@weft/kernel';
import { loadAuthorityFiles } from './authority-files.ts';
import { p256, pemOf, privateKeyPem, sha256, webcrypto, x509 } from './x509.ts';

/** Longest life of a leaf, milliseconds. */
export const leafLifeMaxMs = 24 * 3_600_000;
/** Largest certificate request taken, UTF-16 units of PEM. */
export const csrLengthMax = 8192;
/** A leaf is valid from a little earlier, for clocks that go slow. */
const skewMs = 60_000;

export interface IssuedCertificate {
  /** PEM certificates: leaf, intermediates, root last. */
  readonly chain: readonly string[];
  readonly serialNumber: string;
  readonly notAfterMs: number;
}

export interface ServerKeyPair {
  /** PEM: leaf and intermediates. */
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  readonly notAfterMs: number;
}

export interface Authority {
  readonly rootPem: string;
  /**
   * Certifies the key of a request for a workload.
   * @param lifeMs wanted; 0 for the longest. Over the longest: the longest.
   * @throws WeftError csr_invalid.
   */
  issueWorkload(csrPem: string, spiffeId: string, lifeMs: number): Promise<IssuedCertificate>;
  /** Makes a key and a certificate for a TLS server of this process. */
  issueServer(dnsNames: readonly string[], addresses: readonly string[]): Promise<ServerKeyPair>;
}

export interface AuthorityOptions {
  /** 0700; made where it does not exist. */
  readonly folder: string;
  readonly trustDomain: string;
  readonly clock: Clock;
}

/** @throws WeftError state_invalid with one sentence that says what to do. */
export async function loadAuthority(options: AuthorityOptions): Promise<Authority> {
  const { clock } = options;
  const files = await loadAuthorityFiles(options.folder, options.trustDomain, clock.now());
  const { rootPem } = files;
  const issuer = new x509.X509Certificate(files.caCertPem);
  const signing = await importSigningKey(files.caKeyPem);

  const sign = async (
    publicKey: x509.PublicKeyType,
    lifeMs: number,
    extensions: x509.Extension[],
  ): Promise<x509.X509Certificate> => {
    const from = clock.now() - skewMs;
    const until = Math.min(from + lifeMs, issuer.notAfter.getTime());
    return x509.X509CertificateGenerator.create({
      serialNumber: `01${randomHex(15)}`,
      issuer: issuer.subject,
      notBefore: new Date(from),
      notAfter: new Date(until),
      publicKey,
      signingKey: signing.key,
      signingAlgorithm: signing.algorithm,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
        ...extensions,
      ],
    });
  };

  return {
    rootPem,
    async issueWorkload(csrPem, spiffeId, lifeMs) {
      const publicKey = await readRequest(csrPem);
      const life = lifeMs > 0 ? Math.min(lifeMs + skewMs, leafLifeMaxMs) : leafLifeMaxMs;
      const usage = [x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth];
      const leaf = await sign(publicKey, life, [
        new x509.ExtendedKeyUsageExtension(usage),
        // The subject is empty, so RFC 5280 4.2.1.6 wants the name critical.
        new x509.SubjectAlternativeNameExtension([{ type: 'url', value: spiffeId }], true),
      ]);
      return {
        chain: [pemOf(leaf), ...files.chainPems, rootPem],
        serialNumber: leaf.serialNumber,
        notAfterMs: leaf.notAfter.getTime(),
      };
    },
    async issueServer(dnsNames, addresses) {
      const keys = await webcrypto.subtle.generateKey(p256, true, ['sign', 'verify']);
      const leaf = await sign(keys.publicKey, leafLifeMaxMs, [
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(
          [
            ...dnsNames.map((value) => ({ type: 'dns' as const, value })),
            ...addresses.map((value) => ({ type: 'ip' as const, value })),
          ],
          true,
        ),
      ]);
      return {
        certificatePem: [pemOf(leaf), ...files.chainPems].join(''),
        privateKeyPem: await privateKeyPem(keys.privateKey),
        notAfterMs: leaf.notAfter.getTime(),
      };
    },
  };
}

/** The key of a request whose sender has shown to hold it. Nothing else of the request is read. */
async function readRequest(csrPem: string): Promise<x509.PublicKey> {
  if (csrPem.length > csrLengthMax) throw new WeftError('csr_invalid', `the request is longer than ${csrLengthMax}`);
  let request: x509.Pkcs10CertificateRequest;
  try {
    if (!csrPem.includes('-----BEGIN CERTIFICATE REQUEST-----')) throw new Error('not a PEM certificate request');
    request = new x509.Pkcs10CertificateRequest(csrPem);
  } catch (error) {
    throw new WeftError('csr_invalid', 'the request is not PKCS#10 in PEM', error);
  }
  const algorithm = request.publicKey.algorithm as { name?: string; namedCurve?: string };
  if (algorithm.namedCurve !== 'P-256') throw new WeftError('csr_invalid', 'the key of the request is not P-256');
  const proven = await request.verify().catch(() => false);
  if (!proven) throw new WeftError('csr_invalid', 'the signature of the request is not by its key');
  return request.publicKey;
}

/** Istio's own CA keys are RSA, so a given CA may be. */
async function importSigningKey(
  pem: string,
): Promise<{ key: webcrypto.CryptoKey; algorithm: { readonly name: string; readonly hash: string } }> {
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
