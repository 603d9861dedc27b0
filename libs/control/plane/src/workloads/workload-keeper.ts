/** Keeps registered workloads over a restart, so that a proxy that reconnects first is not told that all others are gone. */

import { stat } from 'node:fs/promises';
import { fileExists, readPrivateFile, writePrivateFile } from '@weft/control-ca';
import type { KeptWorkload, Registry } from '@weft/control-registry';
import type { Cancel, Clock } from '@weft/kernel';
import type { Logger } from '@weft/telemetry';
import { createDebounce } from '../publish/debounce.ts';
import { readWorkloads, workloadFileLengthMax, writeWorkloads } from './workload-file.ts';

/** Quiet time that ends a burst of changes, and the longest wait in a burst, milliseconds: what a kill may lose. */
export const keepQuietMs = 200;
export const keepCeilingMs = 1_000;

export interface WorkloadKeeperOptions {
  readonly path: string;
  readonly registry: Pick<Registry, 'kept' | 'restore' | 'onKeptChange'>;
  readonly trustDomain: string;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  /** 0600 and as one step; replaced in tests. */
  readonly write?: (path: string, text: string) => Promise<void>;
}

export interface WorkloadKeeper {
  /** Call when the model is there and nothing listens yet. A file that is not ours is ignored with a line in the log. */
  restore(): Promise<void>;
  /** Writes each change from now on; call when all ports are ours, so that a start in vain leaves the file to its owner. */
  follow(): void;
  /** Writes what is true now; call while streams are still open. Nothing is written after it resolved. */
  stop(): Promise<void>;
}

export function createWorkloadKeeper(options: WorkloadKeeperOptions): WorkloadKeeper {
  const { path, registry, trustDomain, clock, logger, write = writePrivateFile } = options;
  let written = '';
  let writing: Promise<void> | undefined;
  let again = false;
  let unfollow: Cancel | undefined;

  const writeNow = async (): Promise<void> => {
    const { text, leftOut } = writeWorkloads(trustDomain, registry.kept());
    if (text === written) return;
    try {
      await write(path, text);
      written = text;
    } catch (error) {
      logger.warn({ file: path, err: error }, 'registered workloads could not be kept for a restart');
    }
    if (leftOut > 0) logger.warn({ file: path, leftOut }, 'not all registered workloads fit into the file');
  };

  /** One write at a time, and at most one more that waits for it. */
  const keep = (): Promise<void> => {
    again = true;
    writing ??= (async () => {
      while (again) {
        again = false;
        await writeNow();
      }
      writing = undefined;
    })();
    return writing;
  };
  const debounce = createDebounce(clock, keepQuietMs, keepCeilingMs, () => void keep());

  return {
    async restore() {
      const kept = await load(path, trustDomain);
      if (typeof kept === 'string') {
        const outcome = 'kept workloads are ignored: endpoints come back as their sidecars do';
        logger.warn({ file: path, reason: kept }, outcome);
      } else if (registry.restore(kept) > 0) {
        logger.info({ workloads: kept.length }, 'workloads of the last run count as present until they are back');
      }
    },
    follow() {
      unfollow = registry.onKeptChange(() => debounce.trigger());
      debounce.trigger();
    },
    async stop() {
      unfollow?.();
      debounce.stop();
      await keep();
    },
  };
}

/** @returns none where there is no file, a sentence where it cannot be used. */
async function load(path: string, trustDomain: string): Promise<readonly KeptWorkload[] | string> {
  if (!(await fileExists(path))) return [];
  try {
    if ((await stat(path)).size > workloadFileLengthMax * 4) return 'it is too large';
    return readWorkloads(await readPrivateFile(path), trustDomain);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
