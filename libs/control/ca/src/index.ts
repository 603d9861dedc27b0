/** The certificate authority and its join tokens. */
export type { Authority, AuthorityOptions, IssuedCertificate, ServerKeyPair } from './authority.ts';
export { csrLengthMax, leafLifeMaxMs, loadAuthority } from './authority.ts';
export type { CertificateService, CertificateServiceOptions } from './certificate-service.ts';
export { createCertificateService } from './certificate-service.ts';
export type { JoinTokens, WorkloadIdentity } from './join-tokens.ts';
export { createJoinTokens, joinTokenLifeMs, tokenLengthMax } from './join-tokens.ts';
export { ensurePrivateFolder, fileExists, readPrivateFile, writePrivateFile } from './private-files.ts';
export type { ServingCertificate } from './serving-certificate.ts';
export { createServingCertificate, servingNames } from './serving-certificate.ts';
export type { TokenWriter, TokenWriterOptions } from './token-writer.ts';
export { createTokenWriter } from './token-writer.ts';
