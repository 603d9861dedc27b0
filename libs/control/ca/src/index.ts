/** The certificate authority, its tokens, and what was issued and revoked. */
export type { AuditEntry, AuditLog } from './audit-log.ts';
export { auditBytesMax, openAuditLog } from './audit-log.ts';
export type { Authority, AuthorityOptions } from './authority.ts';
export { loadAuthority, upkeepMs } from './authority.ts';
export type { RotationPhase } from './authority-state.ts';
export type { CallCredentials, Caller, CertificateService, CertificateServiceOptions } from './certificate-service.ts';
export { createCertificateService, spiffeIdOf } from './certificate-service.ts';
export type { IssueRate } from './issue-rate.ts';
export { createIssueRate, issueBurstMax, issuesPerSecond } from './issue-rate.ts';
export type {
  IssuedCertificates,
  IssuedRecord,
  RevokedCertificate,
  RevokedIdentity,
} from './issued-certificates.ts';
export { openIssuedCertificates } from './issued-certificates.ts';
export type { JoinTokens, WorkloadIdentity } from './join-tokens.ts';
export { createJoinTokens, joinTokenLifeMs, tokenLengthMax } from './join-tokens.ts';
export type { JwtAuthority } from './jwt-authority.ts';
export { openJwtAuthority } from './jwt-authority.ts';
export { createJwtService } from './jwt-service.ts';
export type { IssuedCertificate, ServerKeyPair } from './leaf-certificates.ts';
export { leafLifeDefaultMs, leafLifeMaxMs } from './leaf-certificates.ts';
export { makeAuthority } from './make-authority.ts';
export { ensurePrivateFolder, fileExists, readPrivateFile, writePrivateFile } from './private-files.ts';
export { csrLengthMax } from './read-request.ts';
export type { ServingCertificate } from './serving-certificate.ts';
export { createServingCertificate, servingNames } from './serving-certificate.ts';
export type { TokenBook, TokenRequest, TokenView } from './token-book.ts';
export { openTokenBook, tokenTtlDefaultMs } from './token-book.ts';
export type { ServiceAccount, TokenReviewer } from './token-reviewer.ts';
export { createKubernetesTokenReviewer, tokenAudience } from './token-reviewer.ts';
export type { TokenWriter, TokenWriterOptions } from './token-writer.ts';
export { createTokenWriter } from './token-writer.ts';
export type { Trust, TrustBundle } from './trust.ts';
export { createTrust } from './trust.ts';
