/** Resources from a watched folder of YAML files. */

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Clock } from '@weft/kernel';
import { limits } from '@weft/model';
import { describeDiskError, diskErrorCode } from '../disk-error.ts';
import { displayName } from '../display-name.ts';
import { createFileTable } from '../file-table.ts';
import { sourceLimits } from '../limits.ts';
import type { ResourceSource, SourceOptions } from '../source.ts';
import { createDoubts } from './doubts.ts';
import { createLooks, type Look } from './looks.ts';
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
  const looks = createLooks(clock, (how) => scanOnce(how));
  const doubts = createDoubts(clock, () => void looks.now('all'));
  const watchers = createWatchers(looks.soon, logger);
  let problems: ReadonlySet<string> = new Set();
  let state: 'new' | 'started' | 'stopped' = 'new';

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
    if (text.trim() === '' && table.has(file) && !doubts.isCertain(file)) return false;
    doubts.settle(file);
    stamps.set(file, found.stamp);
    return table.accept(file, text);
  };

  const dropGone = (scan: Scan, present: ReadonlySet<string>): boolean => {
    const hidden = scan.unreadable.map((inside) => (inside === '' ? '' : `${nameOf(inside)}/`));
    let changed = false;
    for (const { file } of table.files()) {
      if (present.has(file) || hidden.some((folder) => file.startsWith(folder))) continue;
      if (!problems.has(file) && !doubts.isCertain(file)) continue;
      doubts.settle(file);
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
      if (how === 'changed' && stamps.get(file) === found.stamp && !doubts.has(file)) continue;
      changed = (await readOne(found, file)) || changed;
    }
    for (const [inside, message] of scan.problems) changed = table.fail(nameOf(inside), message) || changed;
    changed = dropGone(scan, present) || changed;
    problems = new Set([...scan.problems.keys()].map(nameOf));
    if (state === 'stopped') return;
    // What came into a folder before its watcher did is found by looking once more.
    if (watchers.sync(dir, scan.folders)) looks.soon();
    if (changed && state === 'started') onChange();
  };

  return {
    resources: table.resources,
    files: table.files,
    refresh: () => looks.now('all'),
    async start() {
      await looks.now('all');
      state = 'started';
      looks.start();
      // What came between the first look and the first watcher.
      looks.soon();
    },
    async stop() {
      state = 'stopped';
      watchers.close();
      await looks.stop();
      doubts.stop();
    },
  };
}
