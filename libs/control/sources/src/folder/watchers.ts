/** One watcher a folder: `fs.watch` with `recursive` polls single files on Linux, watching folders themselves does not. */

import { type FSWatcher, watch } from 'node:fs';
import { dirname } from 'node:path';
import { describeDiskError } from '../disk-error.ts';
import type { SourceLogger } from '../source.ts';
import type { FoundFolder } from './scan.ts';

export interface Watchers {
  /** Watches exactly these folders; where there is none, the folder above `dir`, so that its coming is seen. True where a watcher is new. */
  sync(dir: string, folders: readonly FoundFolder[]): boolean;
  close(): void;
}

/** @param onEvent something changed somewhere; which file is not to be trusted on every platform. */
export function createWatchers(onEvent: () => void, logger: SourceLogger): Watchers {
  const open = new Map<string, { readonly id: string; readonly watcher: FSWatcher }>();
  let warned = false;

  const closeOne = (path: string): void => {
    open.get(path)?.watcher.close();
    open.delete(path);
  };

  const openOne = ({ path, id }: FoundFolder): boolean => {
    try {
      const watcher = watch(path, { persistent: false }, onEvent);
      watcher.on('error', () => {
        closeOne(path);
        onEvent();
      });
      open.set(path, { id, watcher });
      return true;
    } catch (error) {
      if (warned) return false;
      warned = true;
      logger.warn(
        { folder: path, reason: describeDiskError(error) },
        'folder cannot be watched; changes are found by polling',
      );
      return false;
    }
  };

  return {
    sync(dir, folders) {
      const wanted = folders.length > 0 ? folders : [{ path: dirname(dir), id: 'above' }];
      const ids = new Map(wanted.map(({ path, id }) => [path, id]));
      for (const [path, { id }] of [...open]) if (ids.get(path) !== id) closeOne(path);
      return wanted.filter((folder) => !open.has(folder.path) && openOne(folder)).length > 0;
    },
    close() {
      for (const path of [...open.keys()]) closeOne(path);
    },
  };
}
