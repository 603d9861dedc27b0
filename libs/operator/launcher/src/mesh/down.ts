/** Ends what runs of a run folder: asks its launcher, and cleans up where there is none any more. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '@weft/kernel';
import type { Layout } from '../plan/layout.ts';
import { databaseDirOf } from '../postgres/plan.ts';
import { isRunning, signalTo } from '../process/identity.ts';
import { allGone, endProcesses, findLeftovers, leftoverGraceMs } from '../process/leftovers.ts';
import { readRunFile, removeRunFile } from '../process/run-file.ts';

export interface DownResult {
  /** Runs that were asked to end and did. */
  readonly ended: readonly string[];
  /** Processes that had lost their launcher. */
  readonly leftovers: readonly string[];
}

/** How long a launcher may drain. */
const downTimeoutMs = 40_000;

export async function stopEverything(clock: Clock, layout: Layout, timeoutMs = downTimeoutMs): Promise<DownResult> {
  const ended: string[] = [];
  const leftovers: string[] = [];
  // What uses the mesh ends before the mesh.
  for (const runFile of [...localRunFiles(layout), layout.runFile]) {
    const record = readRunFile(runFile);
    if (record !== undefined && isRunning(record.launcher)) {
      signalTo(record.launcher, 'SIGTERM', 'process');
      if (!(await allGone(clock, [record.launcher], timeoutMs))) {
        signalTo(record.launcher, 'SIGKILL', 'process');
        await allGone(clock, [record.launcher], leftoverGraceMs);
      }
      ended.push(record.what);
    }
    const dataDir = runFile === layout.runFile ? databaseDirOf(layout) : '';
    const left = findLeftovers(runFile, readRunFile(runFile) ?? record, dataDir);
    await endProcesses(clock, left, leftoverGraceMs);
    leftovers.push(...left.map((item) => item.name));
    removeRunFile(runFile);
  }
  return { ended, leftovers };
}

function localRunFiles(layout: Layout): readonly string[] {
  try {
    return readdirSync(layout.runs)
      .filter((name) => name.endsWith('.json'))
      .map((name) => join(layout.runs, name));
  } catch {
    return [];
  }
}
