/** Kubernetes core/v1 Secret: certificates of gateways, a plugged-in CA. Its values are shown nowhere. */

export interface SecretSpec {
  /** "Opaque" where absent; "kubernetes.io/tls" needs tls.crt and tls.key. */
  readonly type?: string;
  /** Key → base64; what was written under `stringData` is in here too and wins, as the API server does it. */
  readonly data: Readonly<Record<string, string>>;
  readonly immutable?: boolean;
}
