/** Finds and ends what a launcher left behind that was killed itself. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, delay } from '@weft/kernel';
import { identityOf, isRunning, type ProcessIdentity, signalTo } from './identity.ts';
import { markerVariable } from './marker.ts';
import type { RunProcess, RunRecord } from './run-file.ts';

/** How long leftovers get to end by themselves before they are killed. */
export const leftoverGraceMs = 3_000;

/**
 * What still runs of a record: the processes it names (never a recycled pid), a database server of its folder, and, where
 * /proc tells, every process that carries the run's mark, also those that were started after the last record was written.
 */
export function findLeftovers(runFile: string, record: RunRecord | undefined, dataDir: string): readonly RunProcess[] {
  const found = new Map<number, RunProcess>();
  for (const item of [...(record?.processes ?? []), ...databaseServer(dataDir), ...markedProcesses(runFile)]) {
    if (item.pid !== process.pid && !found.has(item.pid) && isRunning(item)) found.set(item.pid, item);
  }
  return [...found.values()];
}

/** Asks each to end, then kills what is left. @returns when none runs any more. */
export async function endProcesses(
  clock: Clock,
  processes: readonly ProcessIdentity[],
  graceMs: number,
): Promise<void> {
  // SIGINT is PostgreSQL's fast shutdown; every other process of ours takes it as SIGTERM.
  for (const item of processes) signalTo(item, 'SIGINT', 'group');
  if (await allGone(clock, processes, graceMs)) return;
  for (const item of processes) signalTo(item, 'SIGKILL', 'group');
  await allGone(clock, processes, killWaitMs);
}

const killWaitMs = 5_000;
const pollMs = 25;

/** @returns whether all ended within `withinMs`. */
export async function allGone(clock: Clock, processes: readonly ProcessIdentity[], withinMs: number): Promise<boolean> {
  const until = clock.monotonic() + withinMs;
  while (processes.some(isRunning)) {
    if (clock.monotonic() > until) return false;
    await delay(clock, pollMs);
  }
  return true;
}

function databaseServer(dataDir: string): readonly RunProcess[] {
  try {
    const pid = Number(readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n')[0]);
    const identity = identityOf(pid);
    if (identity === undefined || !readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(dataDir)) return [];
    return [{ ...identity, name: 'postgres' }];
  } catch {
    return [];
  }
}

function markedProcesses(runFile: string): readonly RunProcess[] {
  if (process.platform !== 'linux') return [];
  const mark = `${markerVariable}=${runFile}`;
  const found: RunProcess[] = [];
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isSafeInteger(pid) || pid === process.pid) continue;
    try {
      if (!readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(mark)) continue;
      const identity = identityOf(pid);
      if (identity !== undefined) found.push({ ...identity, name: `process ${pid}` });
    } catch {
      // Another user's process, or one that has just ended.
    }
  }
  return found;
}
