/** Random passwords of the superuser and of each role, made once, readable by their owner alone. */

import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomHex } from '@weft/kernel';
import { fileFailure, LaunchError } from '../launch-error.ts';

export interface Credentials {
  readonly superuser: string;
  /** Role → password. */
  readonly passwords: Readonly<Record<string, string>>;
}

export const superuserName = 'weft';
const passwordBytes = 24;

/**
 * Reads `credentials.json` of the folder, makes what is missing, and keeps one file a role (`<role>.password`) for the services.
 * @throws LaunchError
 */
export function loadCredentials(dir: string, roles: readonly string[]): Credentials {
  const path = join(dir, 'credentials.json');
  const known = read(path);
  const passwords: Record<string, string> = { ...known?.passwords };
  for (const role of roles) passwords[role] ??= randomHex(passwordBytes);
  const credentials = { superuser: known?.superuser ?? randomHex(passwordBytes), passwords };
  try {
    mkdirSync(dir, { recursive: true });
    if (JSON.stringify(known) !== JSON.stringify(credentials)) writeSecret(path, JSON.stringify(credentials, null, 2));
    for (const role of roles) writeSecret(passwordFileOf(dir, role), passwords[role] ?? '');
  } catch (error) {
    throw fileFailure(error, "write the database's passwords", dir);
  }
  return credentials;
}

export function passwordFileOf(dir: string, role: string): string {
  return join(dir, `${role}.password`);
}

/** Whole or not at all. */
function writeSecret(path: string, content: string): void {
  writeFileSync(`${path}.new`, `${content}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

function read(path: string): Credentials | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw fileFailure(error, "read the database's passwords", path);
  }
  try {
    const value = JSON.parse(text) as Partial<Credentials>;
    if (typeof value.superuser === 'string') return { superuser: value.superuser, passwords: value.passwords ?? {} };
  } catch {
    // Told below.
  }
  throw new LaunchError(
    'database',
    `${path} is not readable as JSON; restore it, or delete its folder (the shop's data goes with it)`,
  );
}
