/** TLS 1.3 over node:tls: identities by SPIFFE URI, rotation, resumption. */
export type { ClientTls, ClientTlsOptions, ClientTlsTarget, Destroyable } from './client-tls.ts';
export { createClientTls, sessionsMax } from './client-tls.ts';
export type { SecurePeer, TlsMaterial } from './material.ts';
export type { ServerTls, ServerTlsOptions, ServerTlsPolicy } from './server-tls.ts';
export { createServerTls, handshakeTimeoutMs, sessionLifeSeconds } from './server-tls.ts';
