/** The command line as a process that goes on: what it has said, and how it ends. */

import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { delay, systemClock } from '@weft/kernel';

export interface WeftProcess {
  readonly child: ChildProcess;
  /** Standard output and error so far. */
  output(): string;
  /** Resolves when the output holds `text`. @throws Error with the output when it ends before, or after 150 s. */
  said(text: string): Promise<void>;
  /** The exit code. */
  readonly ended: Promise<number | null>;
}

export const repository = fileURLToPath(new URL('../../../..', import.meta.url));
const sayTimeoutMs = 150_000;

/** Starts `weft` as it stands in the repository. */
export function startWeft(args: readonly string[]): WeftProcess {
  return watchProcess(`weft ${args.join(' ')}`, [join(repository, 'apps', 'cli', 'bin', 'weft.mjs'), ...args]);
}

/** Starts any Node.js program the same way. @param what names it in errors. */
export function watchProcess(what: string, args: readonly string[]): WeftProcess {
  const child = spawn(process.execPath, [...args], { cwd: repository, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let over = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  return {
    child,
    output: () => output,
    ended: new Promise((resolve) => {
      child.on('close', (code) => {
        over = true;
        resolve(code);
      });
    }),
    async said(text) {
      const until = systemClock.monotonic() + sayTimeoutMs;
      while (!output.includes(text)) {
        if (over || systemClock.monotonic() > until) throw new Error(`${what} did not say "${text}":\n${output}`);
        await delay(systemClock, 50);
      }
    },
  };
}
