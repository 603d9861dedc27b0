/** Why a process did not become ready: one sentence, with the end of its log. */

import { LaunchError } from '../launch-error.ts';
import type { ProcessSpec } from '../plan/process-spec.ts';
import { lastLines } from './log-file.ts';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface UnreadyProcess {
  readonly spec: ProcessSpec;
  readonly log: string;
  /** Bytes of the log that an earlier start wrote. */
  readonly logStart: number;
}

const logLinesShown = 10;

/** @param spawnFailure what the system said where there never was a process. */
export function deathError(process: UnreadyProcess, exit: Exit, spawnFailure?: NodeJS.ErrnoException): LaunchError {
  const { name, command } = process.spec;
  if (spawnFailure !== undefined) {
    const why =
      spawnFailure.code === 'ENOENT' ? 'there is no such program' : (spawnFailure.code ?? spawnFailure.message);
    return new LaunchError('child-died', `${name} could not be started: ${command}: ${why}`, spawnFailure);
  }
  const sentence = `${name} ${describeExit(exit)} before it was ready; its log is ${process.log}`;
  return new LaunchError('child-died', sentence, undefined, endOfLog(process));
}

export function lateError(process: UnreadyProcess): LaunchError {
  const { name, ready, readyTimeoutMs } = process.spec;
  const sentence = `${name} runs, but ${ready} did not answer within ${readyTimeoutMs / 1000} s; its log is ${process.log}`;
  return new LaunchError('child-not-ready', sentence, undefined, endOfLog(process));
}

export function describeExit(exit: Exit): string {
  return exit.signal === null ? `ended with exit code ${exit.code ?? 'unknown'}` : `was ended by ${exit.signal}`;
}

function endOfLog({ log, logStart }: UnreadyProcess): readonly string[] {
  return lastLines(log, logStart, logLinesShown);
}
