/** The Envoy program as a child of this process: found, started, told to end. */

import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, closeSync, constants, fstatSync, openSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import type { Clock } from '@weft/kernel';
import { EnvoyError } from './envoy-error.ts';

/** How an Envoy ended. */
export interface EnvoyExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface EnvoyProcess {
  readonly pid: number | undefined;
  /** Resolves when it has ended. */
  readonly ended: Promise<EnvoyExit>;
  signal(signal: NodeJS.Signals): void;
  /** Ends it and what it started, after `killAfterMs` by force. */
  stop(): Promise<void>;
}

export interface EnvoyCommand {
  /** Absolute path. */
  readonly program: string;
  readonly args: readonly string[];
  /** File that its standard output, and with it /dev/stdout in access logs, goes to. */
  readonly output: string | undefined;
  readonly clock: Clock;
}

/** A told Envoy ends at once; more than this is a hang. */
const killAfterMs = 5_000;

/** @param name a path, or a name in one of the folders of `searchPath`. @throws EnvoyError. */
export function findProgram(name: string, searchPath: string): string {
  const candidates =
    isAbsolute(name) || name.includes('/')
      ? [resolve(name)]
      : searchPath
          .split(delimiter)
          .filter((folder) => folder !== '')
          .map((folder) => join(folder, name));
  const found = candidates.find(isProgram);
  if (found !== undefined) return found;
  throw new EnvoyError(
    name.includes('/')
      ? `${name} is no program: name the one of Envoy`
      : `there is no program ${name} on the PATH: install Envoy, or name its path`,
  );
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Envoy opens /dev/stdout by name for access logs, which a socket does not allow. */
export function isOutputUsable(): boolean {
  try {
    return !fstatSync(1).isSocket();
  } catch {
    return false;
  }
}

/** It ends with this process, however that ends. @throws EnvoyError. */
export function startEnvoy({ program, args, output, clock }: EnvoyCommand): Promise<EnvoyProcess> {
  const file = output === undefined ? undefined : openOutput(output);
  try {
    // A group of its own: the signal of a terminal or a supervisor to ours must not end it before it is drained.
    const child = spawn(program, [...args], { stdio: ['ignore', file ?? 'inherit', 'inherit'], detached: true });
    return started(child, program, clock);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function openOutput(path: string): number {
  try {
    return openSync(path, 'a', 0o600);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new EnvoyError(`the access log ${path} cannot be written: ${code}`, false, error);
  }
}

function started(child: ChildProcess, program: string, clock: Clock): Promise<EnvoyProcess> {
  const release = bindToThisProcess(child);
  const ended = new Promise<EnvoyExit>((settle) =>
    child.once('exit', (code, signal) => {
      release();
      // What it started must not outlive it: the program may be a script around Envoy.
      signalGroup(child, 'SIGKILL');
      settle({ code, signal });
    }),
  );
  const envoy: EnvoyProcess = {
    get pid() {
      return child.pid;
    },
    ended,
    signal: (signal) => void child.kill(signal),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      signalGroup(child, 'SIGTERM');
      const cancel = clock.after(killAfterMs, () => signalGroup(child, 'SIGKILL'));
      await ended;
      cancel();
    },
  };
  return new Promise((settle, reject) => {
    child.once('spawn', () => settle(envoy));
    child.once('error', (error) =>
      reject(new EnvoyError(`${program} could not be started: ${error.message}`, false, error)),
    );
  });
}

/**
 * Its group is not ours, so nobody who ends ours ends it. Where this process ends in order, a hook does; where it is killed, a guard
 * whose standard input only we hold open. @returns what undoes both.
 */
function bindToThisProcess(child: ChildProcess): () => void {
  const { pid } = child;
  if (pid === undefined) return () => {};
  const kill = (): void => signalGroup(child, 'SIGKILL');
  process.once('exit', kill);
  const guard = spawn('/bin/sh', ['-c', 'read -r _; kill -KILL "-$1"', 'weft-envoy-guard', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  // A system without a shell has the hook alone.
  guard.once('error', () => {});
  return () => {
    process.off('exit', kill);
    guard.kill('SIGKILL');
  };
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // It has ended.
  }
}
