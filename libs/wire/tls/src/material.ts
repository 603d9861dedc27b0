/** What a TLS end proves itself with and whom it trusts. */

/** A secret by its name; PEM texts. A change is a new object: contexts are kept by identity. */
export type TlsSecret =
  | {
      readonly kind: 'certificate';
      /** Leaf first, then intermediates. */
      readonly certChainPem: string;
      readonly privateKeyPem: string;
      /** Of the key; empty: it has none. */
      readonly password: string;
    }
  | {
      readonly kind: 'roots';
      /** One or more roots that a peer's chain must lead to. */
      readonly rootsPem: string;
      /** Revocation lists that a chain is judged by; empty: none. */
      readonly crlPem: string;
    };

/** Nothing: it is not there yet. Asked for each connection, so that a rotation takes effect with the next one. */
export type TlsSecrets = (name: string) => TlsSecret | undefined;

export type TlsVersion = 'TLSv1.2' | 'TLSv1.3';

export interface SanRule {
  readonly type: 'uri' | 'dns' | 'ip' | 'email';
  matches(value: string): boolean;
  readonly text: string;
}

/** What both ends are told. */
export interface TlsPolicy {
  /** Name of a secret; nothing: none is shown. */
  readonly certificate: string | undefined;
  /** Name of a secret; nothing: the system's roots, where the peer is verified at all. */
  readonly roots: string | undefined;
  /** One of them must hold for a name of the peer, where there are some. */
  readonly sans: readonly SanRule[];
  readonly minVersion: TlsVersion;
  readonly maxVersion: TlsVersion;
  /** OpenSSL's list for TLS 1.2; empty: `defaultCiphers`. */
  readonly ciphers: string;
}

/** What is known of a peer once its handshake is done and its identity checked. */
export interface SecurePeer {
  /** The SPIFFE URI of its certificate, where that has exactly one; nothing as well where it showed no certificate. */
  readonly peerUri: string | undefined;
  /** The protocol agreed on; empty: none. */
  readonly alpn: string;
  readonly resumed: boolean;
}

/** The secrets of a policy as they are now. */
export interface HeldSecrets {
  readonly certificate: TlsSecret | undefined;
  readonly roots: TlsSecret | undefined;
}

/** @returns nothing where one that has a name is not there. */
export function readSecrets(policy: TlsPolicy, secrets: TlsSecrets): HeldSecrets | undefined {
  const certificate = policy.certificate === undefined ? undefined : secrets(policy.certificate);
  const roots = policy.roots === undefined ? undefined : secrets(policy.roots);
  if (policy.certificate !== undefined && certificate?.kind !== 'certificate') return undefined;
  if (policy.roots !== undefined && roots?.kind !== 'roots') return undefined;
  return { certificate, roots };
}
