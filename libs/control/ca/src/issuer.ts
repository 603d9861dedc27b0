/** One issuing certificate with its key: signs leaves and revocation lists, and knows its own leaves again. */

import { createHash, X509Certificate } from 'node:crypto';
import { type Clock, randomHex } from '@weft/kernel';
import type { AuthorityFiles } from './authority-files.ts';
import { importSigningKey, type SigningKey, x509 } from './x509.ts';

/** A leaf is valid from a little earlier, for clocks that go slow. */
export const skewMs = 60_000;

/** A certificate that is not to be trusted although it is valid. */
export interface RevokedSerial {
  /** Hexadecimal, lower case. */
  readonly serial: string;
  readonly revokedAtMs: number;
}

export interface Issuer {
  readonly files: AuthorityFiles;
  /** Of its key: stays when the certificate is renewed. */
  readonly id: string;
  readonly notAfterMs: number;
  sign(publicKey: x509.PublicKeyType, lifeMs: number, extensions: x509.Extension[]): Promise<x509.X509Certificate>;
  /** True where this key signed the leaf. */
  issued(leaf: X509Certificate): boolean;
  /** Why `revocationLists` cannot be; nothing where it can. */
  readonly listProblem: string | undefined;
  /** PEM: a list for this issuer and each one above it, since TLS asks for all of them. */
  revocationLists(revoked: readonly RevokedSerial[]): Promise<string>;
}

export async function createIssuer(files: AuthorityFiles, clock: Clock): Promise<Issuer> {
  const certificate = new x509.X509Certificate(files.caCertPem);
  const own = new X509Certificate(files.caCertPem);
  const signing = await importSigningKey(files.caKeyPem);
  const notAfterMs = certificate.notAfter.getTime();
  const keyIdentifier = await x509.AuthorityKeyIdentifierExtension.create(certificate.publicKey);
  const spki = own.publicKey.export({ type: 'spki', format: 'der' });

  return {
    files,
    id: createHash('sha256').update(spki).digest('hex').slice(0, 32),
    notAfterMs,
    async sign(publicKey, lifeMs, extensions) {
      const now = clock.now();
      return x509.X509CertificateGenerator.create({
        serialNumber: `01${randomHex(15)}`,
        issuer: certificate.subject,
        notBefore: new Date(now - skewMs),
        // A leaf that outlived its issuer would be refused by peers all the same.
        notAfter: new Date(Math.min(now + lifeMs, notAfterMs)),
        publicKey,
        signingKey: signing.key,
        signingAlgorithm: signing.algorithm,
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
          keyIdentifier,
          ...extensions,
        ],
      });
    },
    issued: (leaf) => leaf.checkIssued(own) && leaf.verify(own.publicKey),
    listProblem: listProblem(files, certificate),
    async revocationLists(revoked) {
      const lists = [await signList(certificate, signing, revoked, clock.now())];
      if (files.crlPem !== '') lists.push(`${files.crlPem.trim()}\n`);
      else if (files.rootKeyPem !== undefined && files.chainPems.length > 0) {
        const rootKey = await importSigningKey(files.rootKeyPem);
        lists.push(await signList(new x509.X509Certificate(files.rootPem), rootKey, [], clock.now()));
      }
      return lists.join('');
    },
  };
}

function listProblem(files: AuthorityFiles, certificate: x509.X509Certificate): string | undefined {
  const usage = certificate.getExtension(x509.KeyUsagesExtension);
  if (usage !== null && (usage.usages & x509.KeyUsageFlags.cRLSign) === 0) {
    return 'the key usage of the issuing certificate does not allow revocation lists (cRLSign)';
  }
  // Issued by the root itself, or below a root whose key is here: we sign all lists.
  const above = files.chainPems.length - (files.rootKeyPem === undefined ? 0 : 1);
  if (above <= 0 || files.crlPem !== '') return undefined;
  return 'TLS asks for the list of each authority above the issuing one, and their keys are not here: give them as ca-crl.pem';
}

/**
 * The list ends with its issuer: it is pushed when it changes, and one that ran out while the control plane was away would
 * refuse everybody.
 */
async function signList(
  issuer: x509.X509Certificate,
  signing: SigningKey,
  revoked: readonly RevokedSerial[],
  nowMs: number,
): Promise<string> {
  const list = await x509.X509CrlGenerator.create({
    issuer: issuer.subject,
    thisUpdate: new Date(nowMs - skewMs),
    nextUpdate: issuer.notAfter,
    signingAlgorithm: signing.algorithm,
    signingKey: signing.key,
    entries: revoked.map(({ serial, revokedAtMs }) => ({
      serialNumber: serial,
      revocationDate: new Date(revokedAtMs),
    })),
    extensions: [await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey), listNumber(nowMs)],
  });
  // The library's own label is one that OpenSSL does not know.
  return `${x509.PemConverter.encode(list.rawData, 'X509 CRL').trim()}\n`;
}

/** RFC 5280 5.2.3: grows with each list. */
function listNumber(nowMs: number): x509.Extension {
  const hex = Math.floor(nowMs).toString(16).padStart(14, '0');
  const bytes = Buffer.from(hex, 'hex');
  return new x509.Extension('2.5.29.20', false, Buffer.concat([Buffer.from([0x02, bytes.length]), bytes]));
}
