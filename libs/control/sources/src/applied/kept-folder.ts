/** The folder of what was accepted, one file a resource, and the table of what is in force: both change together, with a journal. */

import { join } from 'node:path';
import { type Clock, WeftError } from '@weft/kernel';
import { describeDiskError } from '../disk-error.ts';
import type { Journal, JournalAction, JournalChange, JournalEntry } from './journal.ts';
import { type Kept, loadKept } from './load-kept.ts';

export interface KeptFolderOptions extends Kept {
  readonly journal: Journal;
  readonly clock: Clock;
}

export interface KeptFolder {
  /**
   * One change of the disk, whole or not at all: all its bytes are there before the journal says so, and the journal says so before the first
   * file takes its place. What is in force follows file by file.
   *
   * @param to the version that a rollback leads to. @throws WeftError state_unwritable where the disk refuses.
   */
  commit(action: JournalAction, changes: readonly JournalChange[], to?: number): void;
  /** A change that a crash interrupted is made again, before anything is read. @throws Error of the disk. */
  redo(entry: JournalEntry): void;
  /** Of a file in force; nothing where there is none. @throws WeftError state_unwritable. */
  textOf(fileName: string): string | undefined;
  /** Reads all that is there, at the start. */
  load(): void;
}

const temporary = '.tmp';

export function createKeptFolder({ dir, disk, table, nameOf, journal, clock }: KeptFolderOptions): KeptFolder {
  const onDisk = <T>(what: string, act: () => T): T => {
    try {
      return act();
    } catch (error) {
      throw new WeftError('state_unwritable', `${what} in ${dir}: ${describeDiskError(error)}`, error);
    }
  };

  const writeAside = ({ file, after }: JournalChange): void => {
    if (after !== undefined) disk.write(join(dir, file) + temporary, after);
  };

  const place = ({ file, after }: JournalChange): void => {
    if (after === undefined) disk.remove(join(dir, file));
    else disk.rename(join(dir, file) + temporary, join(dir, file));
  };

  const placeInForce = (change: JournalChange): void => {
    place(change);
    if (change.after === undefined) table.drop(nameOf(change.file));
    else table.accept(nameOf(change.file), change.after);
  };

  return {
    commit(action, changes, to) {
      const what = action === 'delete' ? 'cannot delete' : 'cannot write';
      try {
        onDisk(what, () => {
          disk.makeFolder(dir);
          changes.forEach(writeAside);
        });
        const entry = onDisk(what, () => journal.begin(action, new Date(clock.now()).toISOString(), changes, to));
        try {
          onDisk(what, () => changes.forEach(placeInForce));
        } catch (error) {
          quietly(() => journal.abandon(entry));
          throw error;
        }
        onDisk(`${what} for good`, () => {
          disk.syncFolder(dir);
          journal.finish(entry);
        });
      } finally {
        for (const { file } of changes) quietly(() => disk.remove(join(dir, file) + temporary));
      }
    },
    redo(entry) {
      disk.makeFolder(dir);
      for (const change of entry.changes) {
        writeAside(change);
        place(change);
      }
      disk.syncFolder(dir);
      journal.finish(entry);
    },
    textOf: (fileName) =>
      onDisk('cannot read', () =>
        table.has(nameOf(fileName)) && disk.list(dir).includes(fileName)
          ? new TextDecoder().decode(disk.read(join(dir, fileName)))
          : undefined,
      ),
    load: () => loadKept({ dir, disk, table, nameOf }),
  };
}

/** A disk that refused before may refuse this too, and the error on its way says so; a name that does not end in .yaml is never read. */
function quietly(act: () => void): void {
  try {
    act();
  } catch {
    // Nothing more can be done.
  }
}
