/** Runs the command line as its users do: a process of its own, from a bundle made once. */

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleProgram } from '@weft/kernel/testing';

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliRunner {
  /** A run folder that does not exist yet. */
  readonly dir: string;
  run(args: readonly string[], options?: { stdin?: string; env?: Record<string, string> }): Promise<CliResult>;
  remove(): void;
}

export async function createCliRunner(): Promise<CliRunner> {
  const folder = mkdtempSync(join(tmpdir(), 'weft-cli-'));
  const program = fileURLToPath(new URL('../main.ts', import.meta.url));
  const outfile = await bundleProgram(program, join(folder, 'main.mjs'));
  const dir = join(folder, 'run');
  return {
    dir,
    run(args, options = {}) {
      return new Promise((resolve, reject) => {
        const child = spawn(process.execPath, [outfile, ...args], {
          cwd: fileURLToPath(new URL('../../../..', import.meta.url)),
          env: { PATH: process.env['PATH'] ?? '', WEFT_DIR: dir, ...options.env },
        });
        let stdout = '';
        let stderr = '';
        child.stdout.on('data', (chunk: Buffer) => {
          stdout += chunk.toString();
        });
        child.stderr.on('data', (chunk: Buffer) => {
          stderr += chunk.toString();
        });
        child.on('error', reject);
        child.on('close', (code) => resolve({ code, stdout, stderr }));
        child.stdin.end(options.stdin ?? '');
      });
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
