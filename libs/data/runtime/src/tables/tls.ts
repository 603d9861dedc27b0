/** How connections are secured, on both sides; secrets by name. Part of the tables that requests run on: no request interprets xDS. */

/** Files or secrets by name: resolved by the TLS library when a connection is made. */
export interface TlsMaterialRef {
  /** Secret with certificate and key: "default" is this proxy's own; nothing: none is shown. */
  readonly certificate: string | undefined;
  /** Secret with the roots; nothing: the system's where `verify` says so. */
  readonly roots: string | undefined;
}

/** A secret by its name; PEM texts. A change is a new object, so that contexts may be kept by identity. Never logged. */
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
      /** One or more roots. */
      readonly rootsPem: string;
      /** Revocation lists that a chain is judged by; empty: none. */
      readonly crlPem: string;
    };

export interface SanMatcher {
  readonly type: 'uri' | 'dns' | 'ip' | 'email';
  matches(value: string): boolean;
  /** For messages and for `explain`: "exact spiffe://…". */
  readonly text: string;
}

export interface UpstreamTls extends TlsMaterialRef {
  /** 'mesh': SPIFFE identities of the trust domain; 'public': names as RFC 6125; 'none': the peer is not verified. */
  readonly verify: 'mesh' | 'public' | 'none';
  /** Empty: none, or the request's (`autoSni`). */
  readonly sni: string;
  /** SNI is the request's host (auto_sni), and a name of it is checked (auto_san_validation). */
  readonly autoSni: boolean;
  readonly autoSan: boolean;
  readonly alpn: readonly string[];
  /** SPIFFE URIs of which the peer must show one; empty: any of the trust domain. */
  readonly expectedUris: readonly string[];
  /** Any one of them must hold, where there are some; for 'public'. */
  readonly sans: readonly SanMatcher[];
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
  readonly maxVersion: 'TLSv1.2' | 'TLSv1.3';
  /** OpenSSL's list for TLS 1.2; empty: the default. */
  readonly ciphers: string;
}

export interface DownstreamTls extends TlsMaterialRef {
  readonly alpn: readonly string[];
  /** 'mesh': a SPIFFE identity; 'public': any that the roots vouch for; 'none': not asked for. */
  readonly clientCertificate: 'mesh' | 'public' | 'none';
  /** Without it a client without a certificate is taken (OPTIONAL_MUTUAL). */
  readonly requireClientCertificate: boolean;
  /** A client's SPIFFE URI must start with one of these; empty: any. */
  readonly allowedUriPrefixes: readonly string[];
  readonly sans: readonly SanMatcher[];
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
  readonly maxVersion: 'TLSv1.2' | 'TLSv1.3';
  /** OpenSSL's list; empty: the default. */
  readonly ciphers: string;
  /** disable_stateless_session_resumption, disable_stateful_session_resumption: both false where sessions may be resumed. */
  readonly sessionTickets: boolean;
  /** session_timeout; 0: the TLS library's own. */
  readonly sessionLifeSeconds: number;
}
