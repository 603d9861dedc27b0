/** What a TLS end proves itself with and whom it trusts. */

/** PEM texts. A changed material is a new object: contexts are cached by identity. */
export interface TlsMaterial {
  /** Leaf first, then intermediates. */
  readonly certChainPem: string;
  readonly privateKeyPem: string;
  /** One or more roots that a peer's chain must lead to; the system's roots are never used. */
  readonly rootsPem: string;
}

/** What is known of a peer once its handshake is done and its identity checked. */
export interface SecurePeer {
  /** The SPIFFE URI of its certificate; nothing: it showed no certificate and none was demanded. */
  readonly peerUri: string | undefined;
  /** The protocol agreed on; empty: none. */
  readonly alpn: string;
  readonly resumed: boolean;
}
