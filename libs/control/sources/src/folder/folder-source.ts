/** Resources from a watched folder of YAML files. */

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Cancel, Clock } from '@weft/kernel';
import { limits } from '@weft/model';
import { describeDiskError, diskErrorCode } from '../disk-error.ts';
import { displayName } from '../display-name.ts';
import { createFileTable } from '../file-table.ts';
import { sourceLimits } from '../limits.ts';
import type { ResourceSource, SourceOptions } from '../source.ts';
import { type FoundFile, type Scan, scanFolder } from './scan.ts';
import { createWatchers } from './watchers.ts';

export interface FolderSourceOptions extends SourceOptions {
  readonly clock: Clock;
  /** `sourceLimits.filesMax` where absent. */
  readonly filesMax?: number;
}

export interface FolderSource extends ResourceSource {
  /** Looks at every file now; resolves when what is there is in force. */
  refresh(): Promise<void>;
}

/** Looks again: 'changed' reads files whose stamp moved, 'all' reads every file, for stamps are too coarse for two saves in one tick. */
type Look = 'changed' | 'all';

/**
 * Watches `dir` and all below it for *.yaml and *.yml. A bad file leaves the last good version of that file in force.
 * A change is in force within 300 ms where the file system delivers events, within `sourceLimits.pollMs` more where it does not.
 */
export function createFolderSource(options: FolderSourceOptions): FolderSource {
  const { clock, logger, onChange } = options;
  const dir = resolve(options.dir);
  const nameOf = (inside: string): string => displayName(options.dir, inside, options.workingDir ?? process.cwd());
  const table = createFileTable(clock, logger);
  const stamps = new Map<string, string>();
  /** File → when it was first found gone or empty. */
  const doubtful = new Map<string, number>();
  const watchers = createWatchers(() => soon(), logger);
  let problems: ReadonlySet<string> = new Set();
  let running: Promise<void> | undefined;
  let again: Look | undefined;
  let firstEventAt: number | undefined;
  let cancelSoon: Cancel = () => {};
  let cancelConfirm: Cancel = () => {};
  let cancelPoll: Cancel = () => {};
  let state: 'new' | 'started' | 'stopped' = 'new';

  const soon = (): void => {
    if (state !== 'started') return;
    const now = clock.monotonic();
    firstEventAt ??= now;
    if (now - firstEventAt > sourceLimits.debounceMaxMs - sourceLimits.debounceMs) return;
    cancelSoon();
    cancelSoon = clock.after(sourceLimits.debounceMs, () => {
      firstEventAt = undefined;
      void look('all');
    });
  };

  /** True once the doubt is old enough; until then the file stays as it is and is looked at again. */
  const isCertain = (file: string): boolean => {
    const now = clock.monotonic();
    const since = doubtful.get(file) ?? now;
    doubtful.set(file, since);
    const remainingMs = since + sourceLimits.confirmMs - now;
    if (remainingMs <= 0) return true;
    cancelConfirm();
    cancelConfirm = clock.after(Math.ceil(remainingMs), () => void look('all'));
    return false;
  };

  const readOne = async (found: FoundFile, file: string): Promise<boolean> => {
    if (found.size > limits.fileLengthMax)
      return table.fail(file, `the file is larger than ${limits.fileLengthMax} bytes`);
    let text: string;
    try {
      text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(found.path));
    } catch (error) {
      if (diskErrorCode(error) === 'ENOENT') return false;
      return table.fail(
        file,
        error instanceof TypeError ? 'the file is not UTF-8' : `cannot be read: ${describeDiskError(error)}`,
      );
    }
    if (text.trim() === '' && table.has(file) && !isCertain(file)) return false;
    doubtful.delete(file);
    stamps.set(file, found.stamp);
    return table.accept(file, text);
  };

  const dropGone = (scan: Scan, present: ReadonlySet<string>): boolean => {
    const hidden = scan.unreadable.map((inside) => (inside === '' ? '' : `${nameOf(inside)}/`));
    let changed = false;
    for (const { file } of table.files()) {
      if (present.has(file) || hidden.some((folder) => file.startsWith(folder))) continue;
      if (!problems.has(file) && !isCertain(file)) continue;
      doubtful.delete(file);
      stamps.delete(file);
      changed = table.drop(file) || changed;
    }
    return changed;
  };

  const scanOnce = async (how: Look): Promise<void> => {
    const scan = await scanFolder(dir, options.filesMax ?? sourceLimits.filesMax);
    const present = new Set([...scan.problems.keys(), ...scan.files.map((found) => found.inside)].map(nameOf));
    let changed = false;
    for (const found of scan.files) {
      const file = nameOf(found.inside);
      if (how === 'changed' && stamps.get(file) === found.stamp && !doubtful.has(file)) continue;
      changed = (await readOne(found, file)) || changed;
    }
    for (const [inside, message] of scan.problems) changed = table.fail(nameOf(inside), message) || changed;
    changed = dropGone(scan, present) || changed;
    problems = new Set([...scan.problems.keys()].map(nameOf));
    if (state === 'stopped') return;
    // What came into a folder before its watcher did is found by looking once more.
    if (watchers.sync(dir, scan.folders)) soon();
    if (changed && state === 'started') onChange();
  };

  const look = (how: Look): Promise<void> => {
    if (state === 'stopped') return Promise.resolve();
    if (running !== undefined) {
      again = how === 'all' || again === 'all' ? 'all' : 'changed';
      return running;
    }
    const run = async (): Promise<void> => {
      for (let next: Look | undefined = how; next !== undefined; next = again) {
        again = undefined;
        await scanOnce(next);
      }
    };
    running = run().finally(() => {
      running = undefined;
    });
    return running;
  };

  return {
    resources: table.resources,
    files: table.files,
    refresh: () => look('all'),
    async start() {
      await look('all');
      state = 'started';
      cancelPoll = clock.every(sourceLimits.pollMs, () => void look('changed'));
      soon();
    },
    async stop() {
      state = 'stopped';
      for (const cancel of [cancelSoon, cancelConfirm, cancelPoll]) cancel();
      watchers.close();
      await running;
    },
  };
}
