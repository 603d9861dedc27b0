/** The names of a certificate, and whether they are among those that are expected. */

import type { X509Certificate } from 'node:crypto';
import type { SanRule } from './material.ts';

/** Who a peer showed itself to be; a client that resumes a session has it from the first handshake. */
export interface PeerNames {
  readonly uri: readonly string[];
  readonly dns: readonly string[];
  readonly ip: readonly string[];
  readonly email: readonly string[];
  /** End of the certificate's validity, milliseconds since the epoch. */
  readonly validToMs: number;
}

const prefixes = [
  ['URI:', 'uri'],
  ['DNS:', 'dns'],
  ['IP Address:', 'ip'],
  ['email:', 'email'],
] as const;

export function namesOf(certificate: X509Certificate): PeerNames {
  const names = { uri: [] as string[], dns: [] as string[], ip: [] as string[], email: [] as string[] };
  const text = certificate.subjectAltName ?? '';
  // Node quotes a name that holds a separator: such a certificate is made to mislead and has no name here.
  if (!text.includes('"')) {
    for (const entry of text.split(', ')) {
      const kind = prefixes.find(([prefix]) => entry.startsWith(prefix));
      if (kind !== undefined) names[kind[1]].push(entry.slice(kind[0].length));
    }
  }
  return { ...names, validToMs: Date.parse(certificate.validTo) };
}

/** The one URI of an X.509-SVID (section 2: exactly one). @returns nothing: none, more than one, or no SPIFFE URI. */
export function spiffeUriOf(names: PeerNames): string | undefined {
  const [uri] = names.uri;
  return names.uri.length === 1 && uri?.startsWith('spiffe://') === true ? uri : undefined;
}

/** Why an identity of the mesh is not acceptable; nothing where it is. The chain is judged by OpenSSL. */
export function rejectSpiffe(names: PeerNames, accepted: (uri: string) => boolean): string | undefined {
  const uri = spiffeUriOf(names);
  if (uri === undefined) return 'the certificate of the peer has not exactly one SPIFFE URI';
  return accepted(uri) ? undefined : `the peer is ${uri}`;
}

/** Why none of the rules holds; nothing where one does or there is none. */
export function rejectNames(names: PeerNames, rules: readonly SanRule[]): string | undefined {
  if (rules.length === 0 || rules.some((rule) => names[rule.type].some((name) => rule.matches(name)))) return undefined;
  const known = [...names.dns, ...names.uri, ...names.ip, ...names.email];
  return `the peer is ${known.length === 0 ? 'without a name' : known.join(' or ')}, expected ${rules.map(({ text }) => text).join(' or ')}`;
}

/** A resumed session is not verified anew, and may outlive the certificate that it was made with. */
export function rejectExpired(names: PeerNames, nowMs: number): string | undefined {
  return names.validToMs > nowMs
    ? undefined
    : `the certificate of ${names.uri[0] ?? names.dns[0] ?? 'the peer'} has expired`;
}
