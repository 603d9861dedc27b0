/** Whether a leaf leads to a trusted root and is who it must be: a pure function. */

import type { X509Certificate } from 'node:crypto';
import { infoOf, parseChain } from './chain.ts';
import { parseSpiffeId } from './spiffe-id.ts';

export interface VerifyRequest {
  /** PEM: leaf first, then intermediates. */
  readonly chainPem: string;
  /** PEM: one or more roots. */
  readonly rootsPem: string;
  /** SPIFFE URIs of which the leaf must have one; empty: any of good form. */
  readonly expectedUris: readonly string[];
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
}

/**
 * Why the chain is not acceptable; nothing where it is. Checks signatures, validity of every certificate, the CA flag of issuers, and
 * that the leaf has exactly one URI (X.509-SVID section 2 and 5). Path length and name constraints are left to OpenSSL in the handshake.
 * @throws WeftError state_invalid for text that does not parse.
 */
export function verifyLeaf(request: VerifyRequest): string | undefined {
  const [leaf, ...others] = parseChain(request.chainPem);
  if (leaf === undefined) return 'the chain is empty';
  if (leaf.ca) return 'the leaf is the certificate of an authority';
  const { uris } = infoOf(leaf);
  const uri = uris[0];
  if (uri === undefined || uris.length !== 1) return 'the leaf has not exactly one URI';
  if (parseSpiffeId(uri) === undefined) return `${uri} is not the identity of a workload`;
  const roots = parseChain(request.rootsPem);
  const untrusted = pathProblem(leaf, others, roots, request.nowMs);
  if (untrusted !== undefined) return untrusted;
  const expected = request.expectedUris.length === 0 || request.expectedUris.includes(uri);
  return expected ? undefined : `the leaf is ${uri}, expected ${request.expectedUris.join(' or ')}`;
}

function pathProblem(
  leaf: X509Certificate,
  others: readonly X509Certificate[],
  roots: readonly X509Certificate[],
  nowMs: number,
): string | undefined {
  let current = leaf;
  const unused = new Set(others);
  for (;;) {
    const problem = validityProblem(current, nowMs);
    if (problem !== undefined) return problem;
    const root = roots.find((candidate) => isIssuer(candidate, current));
    if (root !== undefined) return validityProblem(root, nowMs);
    const next = [...unused].find((candidate) => isIssuer(candidate, current));
    if (next === undefined) return 'the chain does not lead to a trusted root';
    unused.delete(next);
    current = next;
  }
}

function isIssuer(issuer: X509Certificate, of: X509Certificate): boolean {
  return issuer.ca && of.checkIssued(issuer) && of.verify(issuer.publicKey);
}

function validityProblem(certificate: X509Certificate, nowMs: number): string | undefined {
  const { notBeforeMs, notAfterMs, serial } = infoOf(certificate);
  if (nowMs < notBeforeMs) return `certificate ${serial} is not valid yet`;
  return nowMs >= notAfterMs ? `certificate ${serial} has expired` : undefined;
}
