/** SPIFFE identities: their names, keys and requests, chains, and the rotation of a process's own certificate. */
export type { KeyAndRequest } from './certificate-request.ts';
export { createKeyAndRequest } from './certificate-request.ts';
export type { CertificateInfo } from './chain.ts';
export { chainLengthMax, chainTextMax, infoOf, inspectChain, splitPem } from './chain.ts';
export type {
  Identity,
  IdentityManager,
  IdentityManagerOptions,
  IdentityStore,
  StoredIdentity,
} from './identity-manager.ts';
export { createIdentityManager, defaultTtlSeconds } from './identity-manager.ts';
export { retryDelayMs, retryMaxMs, retryMinMs, rotationDelayMs, rotationJitter, rotationRatio } from './rotation.ts';
export type { SpiffeId } from './spiffe-id.ts';
export { formatSpiffeId, isSpiffeId, isTrustDomain, parseSpiffeId } from './spiffe-id.ts';
export type { VerifyRequest } from './verify.ts';
export { verifyLeaf } from './verify.ts';
export { certificatesToDer, keyToDer, listsToDer } from './workload-api/der-text.ts';
export type { JwtSvid, JwtSvidCheck } from './workload-api/jwt-svid.ts';
export { jwtSvidLengthMax, verifyJwtSvid } from './workload-api/jwt-svid.ts';
