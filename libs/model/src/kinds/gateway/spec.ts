/** networking.istio.io Gateway. */

export interface GatewaySpec {
  readonly selector: Readonly<Record<string, string>>;
  readonly servers: readonly GatewayServer[];
}

export interface GatewayServer {
  readonly name?: string;
  readonly port: { readonly number: number; readonly protocol: GatewayProtocol; readonly name: string };
  /** Address to listen on; the gateway's own default where absent. */
  readonly bind?: string;
  /** "host", "ns/host", "./host", "*​/host"; "*" allowed. */
  readonly hosts: readonly string[];
  /** There for HTTPS and TLS. */
  readonly tls?: ServerTls;
}

/** Upper case, however written. HTTPS terminates TLS before HTTP unless its mode is a passthrough; the last four are TCP to a gateway. */
export type GatewayProtocol =
  | 'HTTP'
  | 'HTTP2'
  | 'GRPC'
  | 'GRPC-WEB'
  | 'HTTPS'
  | 'TLS'
  | 'TCP'
  | 'MONGO'
  | 'MYSQL'
  | 'REDIS';

export interface ServerTls {
  /** Answers plaintext HTTP by a redirect to https. */
  readonly httpsRedirect?: boolean;
  /** PASSTHROUGH where absent, as in Istio. */
  readonly mode: ServerTlsMode;
  /** Files of the gateway. */
  readonly serverCertificate?: string;
  readonly privateKey?: string;
  readonly caCertificates?: string;
  readonly caCrl?: string;
  /** Name of a Secret with key, certificate and, for mutual modes, CA ("name-cacert" is looked for as well). */
  readonly credentialName?: string;
  /** One or two, of different key types. */
  readonly credentialNames?: readonly string[];
  readonly caCertCredentialName?: string;
  readonly tlsCertificates?: readonly TlsCertificateFiles[];
  readonly subjectAltNames?: readonly string[];
  /** base64 of SHA-256 over the SubjectPublicKeyInfo. */
  readonly verifyCertificateSpki?: readonly string[];
  /** hex of SHA-256 over the certificate. */
  readonly verifyCertificateHash?: readonly string[];
  readonly minProtocolVersion?: TlsVersion;
  readonly maxProtocolVersion?: TlsVersion;
  /** Only those that Envoy knows; unknown ones are left out with a warning. */
  readonly cipherSuites?: readonly string[];
}

export type ServerTlsMode =
  | 'PASSTHROUGH'
  | 'SIMPLE'
  | 'MUTUAL'
  | 'AUTO_PASSTHROUGH'
  | 'ISTIO_MUTUAL'
  | 'OPTIONAL_MUTUAL';

export type TlsVersion = 'TLS_AUTO' | 'TLSV1_0' | 'TLSV1_1' | 'TLSV1_2' | 'TLSV1_3';

export interface TlsCertificateFiles {
  readonly serverCertificate: string;
  readonly privateKey: string;
  readonly caCertificates?: string;
}
