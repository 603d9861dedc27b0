/** The CA on disk, under the names of Istio's `cacerts`: read and checked as a whole, written as a whole or not at all. */

import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { mkdir, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { splitPem } from '@weft/identity';
import { randomHex, WeftError } from '@weft/kernel';
import { fileExists, makePrivateFile } from './private-files.ts';

export const fileNames = {
  caCert: 'ca-cert.pem',
  caKey: 'ca-key.pem',
  root: 'root-cert.pem',
  chain: 'cert-chain.pem',
  /** Only of a CA that was made here: with it the intermediate is renewed. */
  rootKey: 'root-key.pem',
  /** Revocation lists of the authorities above the issuing one, which we cannot sign (Istio's ca-crl.pem). */
  crl: 'ca-crl.pem',
} as const;

const required = [fileNames.caCert, fileNames.caKey, fileNames.root, fileNames.chain] as const;
/** Largest file taken of a CA folder, bytes. */
export const authorityFileBytesMax = 1024 * 1024;
/** Smallest RSA key of a CA, bits. */
const rsaBitsMin = 2048;

export interface AuthorityFiles {
  /** PEM of the issuing certificate. */
  readonly caCertPem: string;
  readonly caKeyPem: string;
  /** PEM of the root that the issuing certificate leads to. */
  readonly rootPem: string;
  /** All roots of the file, PEM: peers of each are trusted. */
  readonly rootsPem: string;
  /** PEM certificates from the issuing one up to, and without, the root. */
  readonly chainPems: readonly string[];
  /** Nothing for a CA that was given without it. */
  readonly rootKeyPem: string | undefined;
  /** PEM; empty: none. */
  readonly crlPem: string;
}

/** @throws WeftError state_invalid, one sentence that says what to do. */
export async function readAuthorityFiles(folder: string, nowMs: number): Promise<AuthorityFiles> {
  for (const name of required) {
    if (!(await fileExists(join(folder, name)))) throw invalid(`${folder} has no ${name}: put the CA's files there`);
  }
  const [caCert, caKeyPem, roots, chain, rootKeyPem, crlPem] = await Promise.all([
    readText(folder, fileNames.caCert),
    readKey(folder, fileNames.caKey),
    readText(folder, fileNames.root),
    readText(folder, fileNames.chain),
    readOptional(folder, fileNames.rootKey, readKey),
    readOptional(folder, fileNames.crl, readText),
  ]);
  const files = check(folder, caCert, caKeyPem, roots, chain);
  for (const [name, pem] of [
    [fileNames.caCert, files.caCertPem],
    [fileNames.root, files.rootPem],
  ] as const) {
    const { validFrom, validTo } = new X509Certificate(pem);
    if (Date.parse(validTo) <= nowMs) throw invalid(`${join(folder, name)} has expired: put a valid CA there`);
    if (Date.parse(validFrom) > nowMs) throw invalid(`${join(folder, name)} is not valid before ${validFrom}`);
  }
  if (crlPem !== undefined && !crlPem.includes('-----BEGIN X509 CRL-----')) {
    throw invalid(`${join(folder, fileNames.crl)} holds no revocation list: give PEM (X509 CRL), or remove the file`);
  }
  return { ...files, rootKeyPem, crlPem: crlPem ?? '' };
}

/** Writes a folder beside and moves it into place. @throws WeftError state_invalid. */
export async function writeAuthorityFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  const temporary = `${folder}.${randomHex(6)}.tmp`;
  try {
    await mkdir(temporary, { recursive: true, mode: 0o700 });
    for (const [name, content] of Object.entries(files)) await makePrivateFile(join(temporary, name), content);
    await rename(temporary, folder);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new WeftError('state_invalid', `${folder} cannot be made: ${code}`, error);
  }
}

/** As they are written again, under their names. */
export function contentOf(files: AuthorityFiles): Record<string, string> {
  return {
    [fileNames.caCert]: files.caCertPem,
    [fileNames.caKey]: files.caKeyPem,
    [fileNames.root]: files.rootsPem,
    [fileNames.chain]: files.chainPems.join('') || files.caCertPem,
    ...(files.rootKeyPem === undefined ? {} : { [fileNames.rootKey]: files.rootKeyPem }),
    ...(files.crlPem === '' ? {} : { [fileNames.crl]: files.crlPem }),
  };
}

type Checked = Omit<AuthorityFiles, 'rootKeyPem' | 'crlPem'>;

function check(folder: string, caCertPem: string, caKeyPem: string, rootsPem: string, chain: string): Checked {
  const { ca, roots, links, key } = parse(folder, caCertPem, caKeyPem, rootsPem, chain);
  if (!ca.ca || roots.some((root) => !root.ca)) {
    throw invalid(`${folder} holds a certificate that is not of a CA: put a valid CA there`);
  }
  if (!ca.checkPrivateKey(key)) {
    throw invalid(`${join(folder, fileNames.caKey)} is not the key of ${fileNames.caCert}: put the pair there`);
  }
  if (key.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) < rsaBitsMin) {
    throw invalid(`${join(folder, fileNames.caKey)} is an RSA key of under ${rsaBitsMin} bits: make a longer one`);
  }
  const isRoot = (one: X509Certificate): boolean => roots.some((root) => root.fingerprint256 === one.fingerprint256);
  const above = links.filter((link) => !isRoot(link));
  if (!isRoot(ca) && above[0]?.fingerprint256 !== ca.fingerprint256) above.unshift(ca);
  for (const [index, link] of above.entries()) {
    const issuer = above[index + 1];
    if (issuer !== undefined && !(link.checkIssued(issuer) && link.verify(issuer.publicKey))) throw broken(folder);
  }
  const last = above.at(-1);
  const root = roots.find((one) =>
    last === undefined ? one.fingerprint256 === ca.fingerprint256 : last.verify(one.publicKey),
  );
  if (root === undefined) throw broken(folder);
  return {
    caCertPem: ca.toString(),
    caKeyPem,
    rootPem: root.toString(),
    rootsPem: roots.map((one) => one.toString()).join(''),
    chainPems: above.map((link) => link.toString()),
  };
}

interface Parsed {
  readonly ca: X509Certificate;
  readonly roots: readonly X509Certificate[];
  readonly links: readonly X509Certificate[];
  readonly key: KeyObject;
}

function parse(folder: string, caCertPem: string, caKeyPem: string, rootsPem: string, chain: string): Parsed {
  try {
    const roots = splitPem(rootsPem).map((pem) => new X509Certificate(pem));
    if (roots.length === 0) throw new Error('no root');
    return {
      ca: new X509Certificate(caCertPem),
      roots,
      links: splitPem(chain).map((pem) => new X509Certificate(pem)),
      key: createPrivateKey(caKeyPem),
    };
  } catch (error) {
    throw invalid(`${folder} holds a certificate or key that cannot be parsed: put a valid CA there`, error);
  }
}

function broken(folder: string): WeftError {
  return invalid(
    `${folder}: ${fileNames.chain} does not lead from ${fileNames.caCert} to ${fileNames.root}: put the whole chain there`,
  );
}

async function readText(folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  try {
    if ((await stat(path)).size > authorityFileBytesMax)
      throw invalid(`${path} is over ${authorityFileBytesMax} bytes`);
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof WeftError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw invalid(`${path} cannot be read: ${code}`, error);
  }
}

/** A Kubernetes Secret is mounted as links: what counts is the file that they lead to. */
async function readKey(folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  const { mode } = await stat(await realpath(path));
  if ((mode & 0o077) !== 0) {
    const shown = (mode & 0o777).toString(8).padStart(4, '0');
    throw invalid(`${path} is open to others (mode ${shown}): run chmod 600 ${path}`);
  }
  return readText(folder, name);
}

async function readOptional(
  folder: string,
  name: string,
  read: (folder: string, name: string) => Promise<string>,
): Promise<string | undefined> {
  return (await fileExists(join(folder, name))) ? read(folder, name) : undefined;
}

function invalid(sentence: string, cause?: unknown): WeftError {
  return new WeftError('state_invalid', sentence, cause);
}
