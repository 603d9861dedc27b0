/** The life of an Envoy and of the process that started it, as real processes. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@weft/kernel';
import { bundleProgram } from '@weft/kernel/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startEnvoy } from './envoy-process.ts';

let folder: string;
let bundle: string;
const owners: ChildProcess[] = [];
const envoys: number[] = [];
const patience = { timeout: 10_000, interval: 20 };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'weft-envoy-process-'));
  const program = fileURLToPath(new URL('../testing/envoy-owner.ts', import.meta.url));
  bundle = await bundleProgram(program, join(folder, 'owner.mjs'));
});

afterEach(() => {
  for (const owner of owners.splice(0)) owner.kill('SIGKILL');
  for (const pid of envoys.splice(0)) if (runs(pid)) process.kill(pid, 'SIGKILL');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A program that does this in Envoy's stead. */
function program(script: string): string {
  const path = join(folder, 'envoy');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** One that has ended, and that nobody has asked how, does not. */
function runs(pid: number): boolean {
  return /^[^Z]/.test(spawnSync('ps', ['-o', 'stat=', '-p', String(pid)]).stdout.toString());
}

interface Owner {
  readonly pid: number;
  readonly envoy: number;
  said(): string;
}

/** In a group of its own, as a launcher starts it. */
async function startOwner(): Promise<Owner> {
  const child = spawn(process.execPath, [bundle, program('exec sleep 600')], {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  owners.push(child);
  let said = '';
  child.stdout.on('data', (part: Buffer) => {
    said += part.toString();
  });
  await vi.waitFor(() => expect(said).toMatch(/^\d+\n/), patience);
  const envoy = Number.parseInt(said, 10);
  envoys.push(envoy);
  return { pid: child.pid ?? 0, envoy, said: () => said };
}

describe('an Envoy as a child', () => {
  it('does not hear a signal to the group of its owner, which drains it first', async () => {
    const owner = await startOwner();
    process.kill(-owner.pid, 'SIGTERM');
    await vi.waitFor(() => expect(owner.said()).toContain('asked'), patience);
    process.kill(-owner.pid, 'SIGTERM');
    await vi.waitFor(() => expect(owner.said()).toMatch(/asked\nasked/), patience);
    expect(runs(owner.envoy)).toBe(true);
  });

  it.each<[string, NodeJS.Signals]>([
    ['exits without stopping it', 'SIGINT'],
    ['has a bug', 'SIGUSR2'],
    ['is hung up on', 'SIGHUP'],
    ['is killed', 'SIGKILL'],
  ])('ends with its owner where that one %s', async (_, signal) => {
    const owner = await startOwner();
    process.kill(owner.pid, signal);
    await vi.waitFor(() => expect(runs(owner.envoy)).toBe(false), patience);
  });

  it('takes with it what it started, and leaves nothing at its owner', async () => {
    const hooks = process.listenerCount('exit');
    const inner = join(folder, 'inner');
    const command = program(`sleep 600 &\necho $! > ${inner}.new; mv ${inner}.new ${inner}\nwait`);
    const envoy = await startEnvoy({ program: command, args: [], output: undefined, clock: systemClock });
    await vi.waitFor(() => envoys.push(Number(readFileSync(inner, 'utf8'))), patience);
    expect(process.listenerCount('exit')).toBe(hooks + 1);
    await envoy.stop();
    expect(await envoy.ended).toEqual({ code: null, signal: 'SIGTERM' });
    await vi.waitFor(() => expect(envoys.some(runs)).toBe(false), patience);
    expect(process.listenerCount('exit')).toBe(hooks);
  });
});
