/** One launcher a run folder: takes the run file, after it has ended what a killed one left behind. */

import type { Clock } from '@weft/kernel';
import { LaunchError } from '../launch-error.ts';
import { identityOf, isRunning, type ProcessIdentity } from '../process/identity.ts';
import { endProcesses, findLeftovers, leftoverGraceMs } from '../process/leftovers.ts';
import {
  claimRunFile,
  type RunProcess,
  type RunRecord,
  readRunFile,
  removeRunFile,
  writeRunFile,
} from '../process/run-file.ts';

export interface ClaimOptions {
  readonly runFile: string;
  /** Folder of the run's database cluster; empty for none. */
  readonly dataDir: string;
  readonly what: string;
  readonly clock: Clock;
  /** How to end what runs already: "`npx weft down` stops it". */
  readonly howToEnd: string;
  onLeftovers(processes: readonly RunProcess[]): void;
}

export interface Claim {
  /** Writes the record anew. A full disk is not a reason to end: the processes are marked as well. */
  update(change: Partial<RunRecord>): void;
  release(): void;
}

/** @throws LaunchError when another launcher runs. */
export async function claimRun(options: ClaimOptions): Promise<Claim> {
  const launcher = identityOf(process.pid) ?? { pid: process.pid, startTime: '' };
  let record: RunRecord = {
    launcher,
    startedAt: new Date(options.clock.now()).toISOString(),
    what: options.what,
    urls: {},
    admin: {},
    state: 'starting',
    processes: [],
  };
  const before = readRunFile(options.runFile);
  assertNotRunning(before?.launcher, options);
  const leftovers = findLeftovers(options.runFile, before, options.dataDir);
  if (leftovers.length > 0) {
    options.onLeftovers(leftovers);
    await endProcesses(options.clock, leftovers, leftoverGraceMs);
  }
  // Between the two somebody else may have come: only one of them makes the file.
  assertNotRunning(readRunFile(options.runFile)?.launcher, options);
  removeRunFile(options.runFile);
  if (!claimRunFile(options.runFile, record)) assertNotRunning(readRunFile(options.runFile)?.launcher, options);
  return {
    update(change) {
      record = { ...record, ...change };
      try {
        writeRunFile(options.runFile, record);
      } catch {
        // See the contract above.
      }
    },
    release: () => removeRunFile(options.runFile),
  };
}

function assertNotRunning(launcher: ProcessIdentity | undefined, options: ClaimOptions): void {
  if (launcher === undefined || launcher.pid === process.pid || !isRunning(launcher)) return;
  throw new LaunchError('already-running', `already running, pid ${launcher.pid}; ${options.howToEnd}`);
}
