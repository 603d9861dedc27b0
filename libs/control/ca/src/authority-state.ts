/** Which CA signs and which is trusted besides it: one small file, replaced as a whole. */

import { join } from 'node:path';
import { WeftError } from '@weft/kernel';
import { fileExists, readPrivateFile, writePrivateFile } from './private-files.ts';

/**
 * steady: one CA. trusting: a new one is trusted by all and signs nothing yet. issuing: the new one signs, the old one is still
 * trusted.
 */
export type RotationPhase = 'steady' | 'trusting' | 'issuing';

export interface AuthorityState {
  /** Folder of the CA that signs, a name within the state folder. */
  readonly active: string;
  /** The one that is trusted besides; nothing while steady. */
  readonly other: string | undefined;
  readonly phase: RotationPhase;
  /** Begin of the phase, milliseconds since the epoch. */
  readonly sinceMs: number;
}

const fileName = 'ca.json';
/** "ca" or "ca-1a2b3c4d": never a path. */
const folderForm = /^ca(-[0-9a-f]{8})?$/;

/** Where no rotation ever was: the folder `ca`. @throws WeftError state_invalid. */
export async function readAuthorityState(folder: string): Promise<AuthorityState> {
  const path = join(folder, fileName);
  if (!(await fileExists(path))) return { active: 'ca', other: undefined, phase: 'steady', sinceMs: 0 };
  const state = stateOf(await readPrivateFile(path));
  if (state === undefined) throw new WeftError('state_invalid', `${path} is damaged: restore it, or the whole folder`);
  return state;
}

export function writeAuthorityState(folder: string, state: AuthorityState): Promise<void> {
  return writePrivateFile(join(folder, fileName), `${JSON.stringify(state)}\n`);
}

function stateOf(text: string): AuthorityState | undefined {
  try {
    const { active, other, phase, sinceMs } = JSON.parse(text) as Record<string, unknown>;
    if (typeof active !== 'string' || !folderForm.test(active) || typeof sinceMs !== 'number') return undefined;
    if (phase === 'steady' && other === undefined) return { active, other, phase, sinceMs };
    if (phase !== 'trusting' && phase !== 'issuing') return undefined;
    if (typeof other !== 'string' || !folderForm.test(other) || other === active) return undefined;
    return { active, other, phase, sinceMs };
  } catch {
    return undefined;
  }
}
