/** The last good configuration on disk: written after changes have settled, read at a start without a control plane. */

import type { Cancel, Clock } from '@weft/kernel';
import type { ResourceUpdate } from '@weft/xds-protocol';
import { decodeCache, encodeCache, type Resources } from './cache-file.ts';
import type { StateFolder } from './state-folder.ts';

export const cacheLimits = {
  /** Quiet time after a change before the file is written. */
  settleMs: 1_000,
  /** A change waits no longer than this, however restless the configuration. */
  settleMaxMs: 10_000,
} as const;

export interface ConfigCache {
  /** One update for each type, in the order to apply them; nothing where there is no file. @throws WeftError state_invalid for a damaged one. */
  load(): Promise<readonly ResourceUpdate[] | undefined>;
  /** Something changed: the file will be written. */
  touch(): void;
  /** Writes now what waits. Never rejects. */
  flush(): Promise<void>;
}

export interface ConfigCacheOptions {
  readonly folder: StateFolder;
  readonly clock: Clock;
  /** What the proxy is: a file of a differently started proxy is not used. */
  readonly fingerprint: string;
  /** What is in force. */
  resources(): Resources;
  onProblem(sentence: string, error?: unknown): void;
}

const fileName = 'last-good-config.json';

export function createConfigCache(options: ConfigCacheOptions): ConfigCache {
  const { clock, folder } = options;
  let cancel: Cancel | undefined;
  let waitingSinceMs: number | undefined;
  let writing: Promise<void> = Promise.resolve();
  let failed = false;

  const write = async (): Promise<void> => {
    await folder.write(fileName, encodeCache(options.resources(), options.fingerprint));
  };

  const writeSoon = (): Promise<void> => {
    cancel?.();
    cancel = undefined;
    waitingSinceMs = undefined;
    writing = writing.then(write).then(
      () => {
        failed = false;
      },
      (error: unknown) => {
        // Said once: a full disk stays full.
        if (!failed) options.onProblem('the configuration could not be kept on disk', error);
        failed = true;
      },
    );
    return writing;
  };

  return {
    async load() {
      const text = await folder.read(fileName);
      return text === undefined ? undefined : decodeCache(text, options.fingerprint);
    },
    touch() {
      const now = clock.monotonic();
      waitingSinceMs ??= now;
      const left = waitingSinceMs + cacheLimits.settleMaxMs - now;
      cancel?.();
      cancel = clock.after(Math.max(0, Math.min(cacheLimits.settleMs, left)), () => void writeSoon());
    },
    flush: () => (waitingSinceMs === undefined ? writing : writeSoon()),
  };
}
