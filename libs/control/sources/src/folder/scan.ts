/** One look at a folder: which YAML files and folders are there, symbolic links followed, within bounds. */

import type { BigIntStats } from 'node:fs';
import { opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describeDiskError, diskErrorCode } from '../disk-error.ts';
import { sourceLimits } from '../limits.ts';

export interface FoundFile {
  /** Below the folder. */
  readonly inside: string;
  readonly path: string;
  readonly size: number;
  /** Changes whenever the file does. */
  readonly stamp: string;
}

export interface FoundFolder {
  readonly path: string;
  /** Device and inode: a folder replaced by another one of the same name differs. */
  readonly id: string;
}

export interface Scan {
  /** In the order of their names. */
  readonly files: readonly FoundFile[];
  readonly folders: readonly FoundFolder[];
  /** Path below the folder (empty: the folder itself) → what is wrong. */
  readonly problems: ReadonlyMap<string, string>;
  /** Folders below which nothing is known: what was known before stays. */
  readonly unreadable: readonly string[];
}

interface Walk {
  readonly files: FoundFile[];
  readonly folders: FoundFolder[];
  readonly problems: Map<string, string>;
  readonly unreadable: string[];
  readonly filesMax: number;
}

/**
 * Names that begin with a dot are left out: Kubernetes keeps the versions of a ConfigMap there, editors their swap files. Never throws.
 * @param filesMax how many files are taken, in the order of their names.
 */
export async function scanFolder(dir: string, filesMax: number): Promise<Scan> {
  const walk: Walk = { files: [], folders: [], problems: new Map(), unreadable: [], filesMax };
  try {
    await walkFolder(walk, dir, '', await stat(dir, { bigint: true }), []);
  } catch (error) {
    if (diskErrorCode(error) !== 'ENOENT') walk.unreadable.push('');
    walk.problems.set('', `the folder cannot be read: ${describeDiskError(error)}`);
  }
  return walk;
}

const yamlName = /\.ya?ml$/i;

const idOf = (stats: BigIntStats): string => `${stats.dev}:${stats.ino}`;

async function walkFolder(
  walk: Walk,
  path: string,
  inside: string,
  stats: BigIntStats,
  above: string[],
): Promise<void> {
  const id = idOf(stats);
  if (above.includes(id)) return;
  if (above.length === sourceLimits.folderDepthMax) {
    walk.problems.set(inside, `folders are nested deeper than ${sourceLimits.folderDepthMax}; this one is not read`);
    return;
  }
  if (walk.folders.length === sourceLimits.foldersMax) {
    walk.problems.set('', `there are more than ${sourceLimits.foldersMax} folders; the rest is not read`);
    return;
  }
  walk.folders.push({ path, id });
  const names: string[] = [];
  let entries = 0;
  for await (const entry of await opendir(path)) {
    if (!entry.name.startsWith('.') && !(entry.isFile() && !yamlName.test(entry.name))) names.push(entry.name);
    if (++entries < sourceLimits.entriesMax) continue;
    walk.problems.set(inside, `the folder has ${sourceLimits.entriesMax} entries or more; the rest is not looked at`);
    break;
  }
  for (const name of names.sort()) {
    const child = inside === '' ? name : `${inside}/${name}`;
    await visit(walk, join(path, name), child, [...above, id]);
  }
}

async function visit(walk: Walk, path: string, inside: string, above: string[]): Promise<void> {
  let folder = false;
  try {
    const stats = await stat(path, { bigint: true });
    folder = stats.isDirectory();
    if (folder) await walkFolder(walk, path, inside, stats, above);
    else if (stats.isFile() && yamlName.test(inside)) addFile(walk, path, inside, stats);
  } catch (error) {
    if (diskErrorCode(error) === 'ENOENT') return;
    if (!folder && !yamlName.test(inside)) return;
    if (folder) walk.unreadable.push(inside);
    walk.problems.set(inside, `cannot be read: ${describeDiskError(error)}`);
  }
}

function addFile(walk: Walk, path: string, inside: string, stats: BigIntStats): void {
  if (walk.files.length === walk.filesMax) {
    walk.problems.set('', `there are more than ${walk.filesMax} files; the rest is not read`);
    return;
  }
  const stamp = `${idOf(stats)}:${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}`;
  walk.files.push({ inside, path, size: Number(stats.size), stamp });
}
