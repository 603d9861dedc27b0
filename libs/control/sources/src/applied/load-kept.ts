/** Reads at a start what was kept: a damaged file is rejected, the others stand, half-written ones are never read. */

import { join } from 'node:path';
import { limits } from '@weft/model';
import { describeDiskError, diskErrorCode } from '../disk-error.ts';
import type { FileTable } from '../file-table.ts';
import type { Disk } from './disk.ts';

export interface Kept {
  readonly dir: string;
  readonly disk: Disk;
  readonly table: FileTable;
  nameOf(fileName: string): string;
}

/** What cannot be read is a state of the table, never an error. */
export function loadKept(kept: Kept): void {
  const { dir, disk, table, nameOf } = kept;
  let names: readonly string[] = [];
  try {
    names = disk.list(dir);
  } catch (error) {
    if (diskErrorCode(error) === 'ENOENT') return;
    table.fail(nameOf(''), `the folder cannot be read: ${describeDiskError(error)}`);
  }
  for (const name of names.filter((candidate) => candidate.endsWith('.yaml')).sort()) loadOne(kept, name);
}

function loadOne({ dir, disk, table, nameOf }: Kept, name: string): void {
  const path = join(dir, name);
  const file = nameOf(name);
  try {
    if (disk.size(path) > limits.fileLengthMax)
      table.fail(file, `the file is larger than ${limits.fileLengthMax} bytes`);
    else table.accept(file, new TextDecoder('utf-8', { fatal: true }).decode(disk.read(path)));
  } catch (error) {
    table.fail(
      file,
      error instanceof TypeError ? 'the file is not UTF-8' : `cannot be read: ${describeDiskError(error)}`,
    );
  }
}
