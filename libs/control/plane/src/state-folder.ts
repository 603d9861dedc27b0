/** What the state folder holds: read, or made at first start, before anything listens. */

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import {
  type Authority,
  createJoinTokens,
  ensurePrivateFolder,
  fileExists,
  type JoinTokens,
  loadAuthority,
  readPrivateFile,
  writePrivateFile,
} from '@weft/control-ca';
import type { ControlPlaneOptions } from './options.ts';

export interface StateFolder {
  readonly authority: Authority;
  readonly tokens: JoinTokens;
  readonly operatorToken: string;
}

/** @throws WeftError state_invalid with one sentence that says what to do. */
export async function openStateFolder(options: ControlPlaneOptions): Promise<StateFolder> {
  const { stateDir, trustDomain, clock } = options;
  await ensurePrivateFolder(stateDir);
  const [authority, tokens, operatorToken] = await Promise.all([
    loadAuthority({ folder: join(stateDir, 'ca'), trustDomain, clock }),
    createJoinTokens(stateDir, clock),
    openOperatorToken(join(stateDir, 'operator-token')),
  ]);
  return { authority, tokens, operatorToken };
}

async function openOperatorToken(path: string): Promise<string> {
  if (!(await fileExists(path))) await writePrivateFile(path, `${randomBytes(32).toString('base64url')}\n`);
  return (await readPrivateFile(path)).trim();
}
