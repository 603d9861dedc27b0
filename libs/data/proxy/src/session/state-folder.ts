/** The proxy's state folder: private files, each replaced as one step. */

import { constants } from 'node:fs';
import { lstat, mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomHex, WeftError } from '@weft/kernel';

/** Largest file that is read back. */
export const stateFileBytesMax = 64 * 1024 * 1024;

export interface StateFolder {
  /** Nothing where there is no such file. @throws WeftError state_invalid: open to others, too large, not readable. */
  read(name: string): Promise<string | undefined>;
  /**
   * A reader sees the old content or the new, also after a crash.
   * @param content the pieces of a large one are asked for as each before was written.
   * @throws WeftError state_invalid (a full disk, say).
   */
  write(name: string, content: string | Iterable<string>): Promise<void>;
}

/** A folder that is opened when the proxy starts, after those who keep something in it were made: before, nothing is there and nothing is kept. */
export interface LateStateFolder extends StateFolder {
  /** @throws as `openStateFolder`. */
  open(path: string): Promise<void>;
}

export function createLateStateFolder(): LateStateFolder {
  let folder: StateFolder | undefined;
  return {
    read: async (name) => folder?.read(name),
    write: async (name, content) => folder?.write(name, content),
    async open(path) {
      folder = await openStateFolder(path);
    },
  };
}

/** Makes the folder 0700 where it is missing. @throws WeftError state_invalid with a sentence that says what to do. */
export async function openStateFolder(path: string): Promise<StateFolder> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    const status = await lstat(path);
    if (!status.isDirectory()) throw new WeftError('state_invalid', `${path} is not a folder`);
    if ((status.mode & 0o077) !== 0) {
      throw new WeftError('state_invalid', `${path} is open to others: run chmod 700 ${path}`);
    }
    await removeLeftovers(path);
  } catch (error) {
    throw stateError(error, `${path} cannot be used as a state folder`);
  }
  return {
    read: (name) => readPrivate(join(path, name)),
    write: (name, content) => writePrivate(path, name, content),
  };
}

const temporaryForm = /^\.[0-9a-f]{12}\.tmp$/;

/** A process killed while it wrote leaves its temporary file. */
async function removeLeftovers(path: string): Promise<void> {
  for (const name of await readdir(path)) if (temporaryForm.test(name)) await rm(join(path, name), { force: true });
}

async function readPrivate(path: string): Promise<string | undefined> {
  try {
    // Opened once and judged by its handle: nobody can put another file in between.
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      const status = await file.stat();
      if (!status.isFile()) throw new WeftError('state_invalid', `${path} is not a file`);
      if ((status.mode & 0o077) !== 0) {
        throw new WeftError('state_invalid', `${path} is open to others: run chmod 600 ${path}`);
      }
      if (status.size > stateFileBytesMax) throw new WeftError('state_invalid', `${path} is too large`);
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw stateError(error, `${path} cannot be read`);
  }
}

async function writePrivate(folder: string, name: string, content: string | Iterable<string>): Promise<void> {
  const path = join(folder, name);
  const temporary = join(folder, `.${randomHex(6)}.tmp`);
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await writeFile(file, content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw stateError(error, `${path} cannot be written`);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function stateError(error: unknown, sentence: string): WeftError {
  if (error instanceof WeftError) return error;
  return new WeftError('state_invalid', `${sentence}: ${codeOf(error) || 'unknown error'}`, error);
}
