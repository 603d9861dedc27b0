/** Leaves: made for workloads and for servers of this process, and known again when they come back. */

import { X509Certificate } from 'node:crypto';
import { infoOf } from '@weft/identity';
import { WeftError } from '@weft/kernel';
import type { Issuer } from './issuer.ts';
import { readRequest } from './read-request.ts';
import { p256, pemOf, privateKeyPem, webcrypto, x509 } from './x509.ts';

const hourMs = 3_600_000;
/** Life of a leaf where the request names none, and the longest that may be asked for (Istio's defaults), milliseconds. */
export const leafLifeDefaultMs = 24 * hourMs;
export const leafLifeMaxMs = 90 * 24 * hourMs;

export interface IssuedCertificate {
  /** PEM certificates: leaf, intermediates, root last. */
  readonly chain: readonly string[];
  /** Hexadecimal, lower case. */
  readonly serialNumber: string;
  readonly notAfterMs: number;
  /** `Issuer.id` of who signed. */
  readonly issuer: string;
}

export interface ServerKeyPair {
  /** PEM: leaf and intermediates. */
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  readonly notAfterMs: number;
}

export interface WorkloadRequest {
  /** PEM. */
  readonly csrPem: string;
  readonly spiffeId: string;
  /** Wanted; 0 or less for the default. */
  readonly lifeMs: number;
}

/** @param longestMs that may be asked for. @throws WeftError csr_invalid. */
export async function issueWorkloadLeaf(
  issuer: Issuer,
  { csrPem, spiffeId, lifeMs }: WorkloadRequest,
  longestMs: number,
): Promise<IssuedCertificate> {
  if (lifeMs > longestMs) {
    const hours = (ms: number): string => `${Math.ceil(ms / hourMs)} h`;
    throw new WeftError('csr_invalid', `a life of ${hours(lifeMs)} is asked for, the longest is ${hours(longestMs)}`);
  }
  const publicKey = await readRequest(csrPem);
  const usage = [x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth];
  const leaf = await issuer.sign(publicKey, lifeMs > 0 ? lifeMs : Math.min(leafLifeDefaultMs, longestMs), [
    new x509.ExtendedKeyUsageExtension(usage),
    // The subject is empty, so RFC 5280 4.2.1.6 wants the name critical.
    new x509.SubjectAlternativeNameExtension([{ type: 'url', value: spiffeId }], true),
  ]);
  return {
    chain: [pemOf(leaf), ...issuer.files.chainPems, issuer.files.rootPem],
    serialNumber: leaf.serialNumber,
    notAfterMs: leaf.notAfter.getTime(),
    issuer: issuer.id,
  };
}

export async function issueServerLeaf(
  issuer: Issuer,
  dnsNames: readonly string[],
  addresses: readonly string[],
): Promise<ServerKeyPair> {
  const keys = await webcrypto.subtle.generateKey(p256, true, ['sign', 'verify']);
  const names = [
    ...dnsNames.map((value) => ({ type: 'dns' as const, value })),
    ...addresses.map((value) => ({ type: 'ip' as const, value })),
  ];
  const leaf = await issuer.sign(keys.publicKey, leafLifeDefaultMs, [
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    new x509.SubjectAlternativeNameExtension(names, true),
  ]);
  return {
    certificatePem: [pemOf(leaf), ...issuer.files.chainPems].join(''),
    privateKeyPem: await privateKeyPem(keys.privateKey),
    notAfterMs: leaf.notAfter.getTime(),
  };
}

export interface RecognisedLeaf {
  readonly uri: string;
  readonly serial: string;
  readonly notAfterMs: number;
}

/** Nothing for a leaf that none of the issuers made, or that is not valid now. @param der the leaf. */
export function recogniseLeaf(issuers: readonly Issuer[], der: Uint8Array, nowMs: number): RecognisedLeaf | undefined {
  const leaf = new X509Certificate(Buffer.from(der));
  const { uris, notBeforeMs, notAfterMs, serial } = infoOf(leaf);
  if (leaf.ca || uris.length !== 1 || nowMs < notBeforeMs || nowMs >= notAfterMs) return undefined;
  if (!issuers.some((issuer) => issuer.issued(leaf))) return undefined;
  return { uri: uris[0] ?? '', serial: serial.toLowerCase(), notAfterMs };
}
