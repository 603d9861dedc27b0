/** What the state folder holds: read, or made at first start, before anything listens. */

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import {
  type AuditLog,
  type Authority,
  createJoinTokens,
  createTrust,
  ensurePrivateFolder,
  fileExists,
  type IssuedCertificates,
  type JoinTokens,
  type JwtAuthority,
  loadAuthority,
  openAuditLog,
  openIssuedCertificates,
  openJwtAuthority,
  openTokenBook,
  readPrivateFile,
  type TokenBook,
  type Trust,
  writePrivateFile,
} from '@weft/control-ca';
import type { ControlPlaneOptions } from './options.ts';

export interface StateFolder {
  readonly authority: Authority;
  readonly tokens: JoinTokens;
  readonly book: TokenBook;
  readonly issued: IssuedCertificates;
  readonly trust: Trust;
  readonly jwt: JwtAuthority;
  readonly audit: AuditLog;
  readonly operatorToken: string;
}

/** @throws WeftError state_invalid with one sentence that says what to do. */
export async function openStateFolder(options: ControlPlaneOptions): Promise<StateFolder> {
  const { stateDir, trustDomain, clock, logger, caDir } = options;
  await ensurePrivateFolder(stateDir);
  const onNotice = (sentence: string, error?: unknown): void =>
    logger.warn(error === undefined ? {} : { err: error }, sentence);
  const [tokens, book, issued, jwt, audit, operatorToken] = await Promise.all([
    createJoinTokens(stateDir, clock),
    openTokenBook(stateDir, clock),
    openIssuedCertificates(stateDir, clock),
    openJwtAuthority(stateDir, clock),
    openAuditLog(stateDir, clock, logger),
    openOperatorToken(join(stateDir, 'operator-token')),
  ]);
  // Last: its timer runs from here on.
  const authority = await loadAuthority({ folder: stateDir, caDir, trustDomain, clock, onNotice });
  const trust = await createTrust(authority, issued, onNotice);
  return { authority, tokens, book, issued, trust, jwt, audit, operatorToken };
}

async function openOperatorToken(path: string): Promise<string> {
  if (!(await fileExists(path))) await writePrivateFile(path, `${randomBytes(32).toString('base64url')}\n`);
  return (await readPrivateFile(path)).trim();
}
