/** PostgreSQL refuses to run as root: which user it runs as then, and what that user can reach. */

import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { LaunchError } from '../launch-error.ts';

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** In this order; the last one is on every Unix, so that no user has to be made. */
const candidates = ['postgres', 'nobody'];

/** The account for PostgreSQL's processes; nothing where the launcher is no root and uses its own. @throws LaunchError */
export function databaseAccount(uid = process.getuid?.(), passwd = '/etc/passwd'): Account | undefined {
  if (uid !== 0) return undefined;
  const lines = readFileSync(passwd, 'utf8').split('\n');
  for (const name of candidates) {
    const fields = lines.find((line) => line.startsWith(`${name}:`))?.split(':');
    const account = { uid: Number(fields?.[2]), gid: Number(fields?.[3]) };
    if (fields !== undefined && account.uid > 0 && Number.isSafeInteger(account.gid)) return account;
  }
  throw new LaunchError(
    'no-permission',
    'PostgreSQL does not run as root, and this machine has neither a user "postgres" nor "nobody"; add one with "useradd postgres" or start weft as another user',
  );
}

/** Whether the account may pass through every folder above and including `path`. */
export function canReach(account: Account, path: string): boolean {
  for (let folder = path; ; folder = dirname(folder)) {
    const { mode, uid, gid } = statSync(folder);
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (dirname(folder) === folder) return true;
  }
}
