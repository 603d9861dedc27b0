/** The CA on disk, under the names of Istio's `cacerts`: made as a whole or not at all. */

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { splitPem } from '@weft/identity';
import { randomHex, WeftError } from '@weft/kernel';
import { ensurePrivateFolder, fileExists, readPrivateFile } from './private-files.ts';
import { p256, pemOf, privateKeyPem, sha256, webcrypto, x509 } from './x509.ts';

const names = { caCert: 'ca-cert.pem', caKey: 'ca-key.pem', root: 'root-cert.pem', chain: 'cert-chain.pem' } as const;

export interface AuthorityFiles {
  /** PEM of the issuing certificate. */
  readonly caCertPem: string;
  readonly caKeyPem: string;
  readonly rootPem: string;
  /** PEM certificates from the issuing one up to, and without, the root. */
  readonly chainPems: readonly string[];
}

const dayMs = 86_400_000;
const rootLifeMs = 3650 * dayMs;
const intermediateLifeMs = 1825 * dayMs;

/** Reads the CA from `folder`, made first where the folder does not exist. @throws WeftError state_invalid, one sentence. */
export async function loadAuthorityFiles(folder: string, trustDomain: string, nowMs: number): Promise<AuthorityFiles> {
  if (!(await fileExists(folder)) || (await readdir(folder)).length === 0) await make(folder, trustDomain, nowMs);
  await ensurePrivateFolder(folder);
  for (const name of Object.values(names)) {
    if (!(await fileExists(join(folder, name)))) {
      throw new WeftError(
        'state_invalid',
        `${folder} has no ${name}: put it there, or remove the folder to have a new CA made`,
      );
    }
  }
  const caKeyPem = await readPrivateFile(join(folder, names.caKey));
  const [caCertPem, rootPem, chain] = await Promise.all(
    [names.caCert, names.root, names.chain].map((name) => readFile(join(folder, name), 'utf8')),
  );
  const files = check(folder, caCertPem ?? '', caKeyPem, rootPem ?? '', chain ?? '');
  for (const [name, pem] of [
    [names.caCert, files.caCertPem],
    [names.root, files.rootPem],
  ] as const) {
    if (Date.parse(new X509Certificate(pem).validTo) <= nowMs) {
      throw new WeftError(
        'state_invalid',
        `${join(folder, name)} has expired: put a valid CA there, or remove the folder`,
      );
    }
  }
  return files;
}

function check(folder: string, caCertPem: string, caKeyPem: string, rootPem: string, chain: string): AuthorityFiles {
  let parsed: { ca: X509Certificate; root: X509Certificate; links: X509Certificate[] };
  let key: ReturnType<typeof createPrivateKey>;
  try {
    parsed = {
      ca: new X509Certificate(caCertPem),
      root: new X509Certificate(rootPem),
      links: splitPem(chain).map((pem) => new X509Certificate(pem)),
    };
    key = createPrivateKey(caKeyPem);
  } catch (error) {
    throw new WeftError(
      'state_invalid',
      `${folder} holds a certificate or key that cannot be parsed: put a valid CA there, or remove the folder`,
      error,
    );
  }
  const { ca, root } = parsed;
  if (!ca.ca || !root.ca)
    throw new WeftError(
      'state_invalid',
      `${folder} holds a certificate that is not of a CA: put a valid CA there, or remove the folder`,
    );
  if (!ca.checkPrivateKey(key)) {
    throw new WeftError(
      'state_invalid',
      `${join(folder, names.caKey)} is not the key of ${names.caCert}: put the pair there, or remove the folder`,
    );
  }
  const links = parsed.links.filter((link) => link.fingerprint256 !== root.fingerprint256);
  const own = ca.fingerprint256 === root.fingerprint256;
  if (!own && links[0]?.fingerprint256 !== ca.fingerprint256) links.unshift(ca);
  for (const [index, link] of links.entries()) {
    const issuer = links[index + 1] ?? root;
    if (!link.verify(issuer.publicKey)) {
      throw new WeftError(
        'state_invalid',
        `${folder}: ${names.chain} does not lead from ${names.caCert} to ${names.root}: put the whole chain there, or remove the folder`,
      );
    }
  }
  return {
    caCertPem: ca.toString(),
    caKeyPem,
    rootPem: root.toString(),
    chainPems: links.map((link) => link.toString()),
  };
}

/** Makes root and intermediate beside the folder and moves them there in one step. */
async function make(folder: string, trustDomain: string, nowMs: number): Promise<void> {
  const made = await generate(trustDomain, nowMs);
  const temporary = `${folder}.${randomHex(6)}.tmp`;
  try {
    await mkdir(temporary, { recursive: true, mode: 0o700 });
    for (const [name, content] of Object.entries(made)) {
      await writeFile(join(temporary, name), content, { mode: 0o600, flag: 'wx' });
      await chmod(join(temporary, name), 0o600);
    }
    await rename(temporary, folder);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new WeftError('state_invalid', `${folder} cannot be made: ${code}`, error);
  }
}

async function generate(trustDomain: string, nowMs: number): Promise<Record<string, string>> {
  const makeKeys = (): Promise<webcrypto.CryptoKeyPair> => webcrypto.subtle.generateKey(p256, true, ['sign', 'verify']);
  const usages = x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign;
  const notBefore = new Date(nowMs - 60_000);
  const rootKeys = await makeKeys();
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: `01${randomHex(15)}`,
    name: `O=${trustDomain},CN=Weft root CA`,
    notBefore,
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
  const intermediate = await x509.X509CertificateGenerator.create({
    serialNumber: `01${randomHex(15)}`,
    subject: `O=${trustDomain},CN=Weft intermediate CA`,
    issuer: root.subject,
    notBefore,
    notAfter: new Date(nowMs + intermediateLifeMs),
    publicKey: keys.publicKey,
    signingKey: rootKeys.privateKey,
    signingAlgorithm: sha256,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(usages, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(rootKeys.publicKey),
    ],
  });
  return {
    [names.root]: pemOf(root),
    [names.caCert]: pemOf(intermediate),
    [names.chain]: pemOf(intermediate),
    [names.caKey]: await privateKeyPem(keys.privateKey),
    'root-key.pem': await privateKeyPem(rootKeys.privateKey),
  };
}
