/** TLS over node:tls: identities by SPIFFE URI or by name, rotation, resumption. */
export { contextsMax } from './client-contexts.ts';
export type { ClientHello } from './client-hello.ts';
export { clientHelloBytesMax, parseClientHello } from './client-hello.ts';
export type { ClientTls, ClientTlsOptions, ClientTlsPolicy, ClientTlsTarget } from './client-tls.ts';
export { createClientTls, sessionsMax } from './client-tls.ts';
export { defaultCiphers } from './context-options.ts';
export type { Destroyable } from './handshake.ts';
export type { SanRule, SecurePeer, TlsPolicy, TlsSecret, TlsSecrets, TlsVersion } from './material.ts';
export type { TlsMaterial } from './material-secrets.ts';
export { materialSecrets } from './material-secrets.ts';
export type { PeerCertificate } from './peer-certificate.ts';
export type { CallerPeer, ServerTls, ServerTlsEnd, ServerTlsOptions, ServerTlsPolicy } from './server-tls.ts';
export { createServerTls, handshakeTimeoutMs, sessionLifeSeconds } from './server-tls.ts';
export { socketPlace } from './socket-place.ts';
