/** The history of what was applied: each accepted change is one file, written before the change itself, so that a change is there whole or not at all. */

import { join } from 'node:path';
import { diskErrorCode } from '../disk-error.ts';
import type { Disk } from './disk.ts';

export type JournalAction = 'apply' | 'delete' | 'rollback';

export interface JournalChange {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** Name of its file in the folder of applied resources. */
  readonly file: string;
  /** Its text before and after; absent: there was, or is, none. */
  readonly before?: string | undefined;
  readonly after?: string | undefined;
}

export interface JournalEntry {
  /** One more than that of the entry before. */
  readonly version: number;
  /** RFC 3339. */
  readonly at: string;
  readonly action: JournalAction;
  /** Of a rollback: the version that things are as at again. */
  readonly to?: number | undefined;
  readonly changes: readonly JournalChange[];
}

export interface Journal {
  /** Reads what there is. @returns the entry that was begun and not finished, if there is one: its change has to be made again. */
  load(): JournalEntry | undefined;
  /** 0 before the first change. */
  version(): number;
  /** The next entry is on the disk when it returns. */
  begin(action: JournalAction, at: string, changes: readonly JournalChange[], to?: number): JournalEntry;
  /** The change of the entry is on the disk as well. */
  finish(entry: JournalEntry): void;
  /** The change of the entry was not made. */
  abandon(entry: JournalEntry): void;
  /** Newest first, as many as are kept. A file that cannot be read is left out. */
  entries(): readonly JournalEntry[];
}

const pendingSuffix = '.pending.json';
const entryName = /^(\d{10})(\.pending)?\.json$/;

/** @param entriesMax kept; the oldest go first. */
export function createJournal(dir: string, disk: Disk, entriesMax: number): Journal {
  let versions: number[] = [];
  let version = 0;
  const pathOf = (of: number, suffix: string): string => join(dir, `${String(of).padStart(10, '0')}${suffix}`);

  const read = (path: string): JournalEntry | undefined => {
    try {
      return entryOf(JSON.parse(new TextDecoder().decode(disk.read(path))));
    } catch {
      return undefined;
    }
  };

  const list = (): readonly string[] => {
    try {
      return disk.list(dir);
    } catch (error) {
      // What cannot be listed is told of when the next change is written.
      if (diskErrorCode(error) !== undefined) return [];
      throw error;
    }
  };

  return {
    load() {
      const names = list().filter((name) => entryName.test(name));
      const found = [...new Set(names)].map((name) => entryName.exec(name)).filter((match) => match !== null);
      versions = found.filter(([, , pending]) => pending === undefined).map(([, digits]) => Number(digits));
      versions.sort((a, b) => a - b);
      const pending = found.filter(([, , suffix]) => suffix !== undefined).map(([, digits]) => Number(digits));
      const last = Math.max(0, ...pending);
      version = Math.max(0, last, ...versions);
      return last > (versions.at(-1) ?? 0) ? read(pathOf(last, pendingSuffix)) : undefined;
    },
    version: () => version,
    begin(action, at, changes, to) {
      const entry: JournalEntry = { version: version + 1, at, action, ...(to === undefined ? {} : { to }), changes };
      const path = pathOf(entry.version, pendingSuffix);
      disk.makeFolder(dir);
      disk.write(`${path}.tmp`, JSON.stringify(entry));
      disk.rename(`${path}.tmp`, path);
      disk.syncFolder(dir);
      version = entry.version;
      return entry;
    },
    finish(entry) {
      // Not waited for: an entry that is found unfinished is made again, with the same result.
      disk.rename(pathOf(entry.version, pendingSuffix), pathOf(entry.version, '.json'));
      versions.push(entry.version);
      for (const old of versions.splice(0, Math.max(0, versions.length - entriesMax)))
        disk.remove(pathOf(old, '.json'));
    },
    abandon(entry) {
      disk.remove(pathOf(entry.version, pendingSuffix));
      version = entry.version - 1;
    },
    entries: () => [...versions].reverse().flatMap((of) => read(pathOf(of, '.json')) ?? []),
  };
}

/**
 * What has to be written, per file, to have things as they were at `version`: the text, or undefined for no file.
 *
 * @param entries newest first. @returns nothing where the history does not reach back that far.
 */
export function undoTo(
  entries: readonly JournalEntry[],
  version: number,
): readonly (JournalChange & { readonly after: string | undefined })[] | undefined {
  const newest = entries[0]?.version ?? 0;
  const undone = entries.filter((entry) => entry.version > version);
  if (version < 0 || version > newest || undone.length !== newest - version) return undefined;
  const files = new Map<string, JournalChange & { readonly after: string | undefined }>();
  for (const { changes } of undone) {
    for (const change of changes) {
      const { before: now } = files.get(change.file) ?? { before: change.after };
      files.set(change.file, { ...change, before: now, after: change.before });
    }
  }
  return [...files.values()].filter(({ before, after }) => before !== after);
}

/** Nothing where the file is not one of ours. */
function entryOf(value: unknown): JournalEntry | undefined {
  const { version, at, action, to, changes } = Object(value) as Partial<Record<keyof JournalEntry, unknown>>;
  if (typeof version !== 'number' || typeof at !== 'string' || !Array.isArray(changes)) return undefined;
  if (action !== 'apply' && action !== 'delete' && action !== 'rollback') return undefined;
  if (!changes.every(isChange)) return undefined;
  return { version, at, action, changes, ...(typeof to === 'number' ? { to } : {}) };
}

function isChange(value: unknown): value is JournalChange {
  const { kind, namespace, name, file, before, after } = Object(value) as Partial<Record<keyof JournalChange, unknown>>;
  const words = [kind, namespace, name, file, before ?? '', after ?? ''];
  return words.every((word) => typeof word === 'string') && /^[^/\\]+\.yaml$/.test(String(file));
}
