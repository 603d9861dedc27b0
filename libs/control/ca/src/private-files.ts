/** Files that only this user may read: made atomically, refused where they are open to others. */

import { lstat, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { randomHex, WeftError } from '@weft/kernel';

/** Makes a folder (and its parents) for this user alone, or checks that it is. @throws WeftError state_invalid. */
export async function ensurePrivateFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await assertPrivate(path, 'folder');
  } catch (error) {
    throw asStateError(error, `${path} cannot be used as a state folder`);
  }
}

/** Content of a private file. @throws WeftError state_invalid where it is missing, unreadable or open to others. */
export async function readPrivateFile(path: string): Promise<string> {
  try {
    await assertPrivate(path, 'file');
    return await readFile(path, 'utf8');
  } catch (error) {
    throw asStateError(error, `${path} cannot be read`);
  }
}

/** Replaces a file as one step: a reader sees the old content or the new, and a crash leaves no half of it, also of the machine. */
export async function writePrivateFile(path: string, content: string): Promise<void> {
  const temporary = join(dirname(path), `.${randomHex(6)}.tmp`);
  try {
    await makePrivateFile(temporary, content);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw asStateError(error, `${path} cannot be written`);
  }
}

/** Makes a file that is not there yet, on disk when this resolves. @throws Node's own errors. */
export async function makePrivateFile(path: string, content: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.chmod(0o600);
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

export async function fileExists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function assertPrivate(path: string, what: 'file' | 'folder'): Promise<void> {
  const status = await lstat(path);
  if (what === 'folder' ? !status.isDirectory() : !status.isFile()) {
    throw new WeftError('state_invalid', `${path} is not a ${what}`);
  }
  if ((status.mode & 0o077) !== 0) {
    const mode = (status.mode & 0o777).toString(8).padStart(4, '0');
    const wanted = what === 'folder' ? '700' : '600';
    throw new WeftError('state_invalid', `${path} is open to others (mode ${mode}): run chmod ${wanted} ${path}`);
  }
}

function asStateError(error: unknown, sentence: string): WeftError {
  if (error instanceof WeftError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  return new WeftError('state_invalid', `${sentence}: ${code}`, error);
}
