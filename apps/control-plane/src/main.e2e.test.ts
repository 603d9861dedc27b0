import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { bundleProgram } from '@weft/kernel/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';

const repository = resolve(import.meta.dirname, '../../..');
let root = '';
let bundle = '';

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'weft-control-plane-'));
  bundle = await bundleProgram(join(import.meta.dirname, 'main.ts'), join(root, 'main.mjs'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const free = ['--xds', '127.0.0.1:0', '--monitoring', '127.0.0.1:0', '--api', '127.0.0.1:0'];

function start(...flags: string[]): { child: ChildProcess; output(): string; ended: Promise<number | null> } {
  const child = spawn(process.execPath, [bundle, ...flags], { cwd: repository, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes: Buffer) => {
      output += bytes.toString();
      child.emit('output');
    });
  }
  const ended = new Promise<number | null>((done) => child.once('close', done));
  return { child, output: () => output, ended };
}

it('serves the rules of the repository and ends cleanly when told to', async () => {
  const { child, output, ended } = start('--state-dir', join(root, 'a'), '--token-dir', join(root, 'tokens'), ...free);
  await new Promise<void>((ready, fail) => {
    child.on('output', () => {
      if (output().includes('control plane ready')) ready();
    });
    ended.then(() => fail(new Error(output())), fail);
  });
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  expect(output()).not.toContain('"level":"warn"');
});

it('says what is wrong with its command line in one sentence and exits 2', async () => {
  const { output, ended } = start('--xds', 'nowhere');
  expect(await ended).toBe(2);
  expect(output()).toBe('control-plane: --xds nowhere: give an IP address and a port, like 127.0.0.1:15012\n');
});

it('names the flag and the address of a busy port and exits 1', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await new Promise((listening) => taken.once('listening', listening));
  const bound = taken.address();
  const address = `127.0.0.1:${typeof bound === 'object' && bound !== null ? bound.port : 0}`;
  const { output, ended } = start('--state-dir', join(root, 'b'), ...free.slice(2), '--xds', address);
  expect(await ended).toBe(1);
  expect(output().trim().split('\n').at(-1)).toContain(
    `control-plane: --xds ${address}: another process listens there`,
  );
  taken.close();
});
