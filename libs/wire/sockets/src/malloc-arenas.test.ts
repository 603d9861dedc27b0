import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleProgram } from '@weft/kernel/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** Prints how many heaps glibc has after some threads have started: each begins at a multiple of 64 MiB. */
const text = `
import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { shareOneArena } from './malloc-arenas.ts';
const done = process.argv[2] === 'one' ? shareOneArena() : true;
const threads = Array.from({ length: 4 }, () => new Worker('require("node:worker_threads").parentPort.once("message", () => {})', { eval: true }));
await Promise.all(threads.map((thread) => new Promise((resolve) => thread.once('online', resolve))));
const heaps = readFileSync('/proc/self/maps', 'utf8').split('\\n').filter((line) => /^[0-9a-f]*[048c]000000-\\S+ rw-p 00000000 00:00 0/.test(line));
process.stdout.write(done ? String(heaps.length) : 'no such setting');
process.exit(0);
`;

let folder: string;
let program: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'weft-arenas-'));
  program = await bundleProgram({ text, folder: import.meta.dirname }, join(folder, 'threads.mjs'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// The bundle lies elsewhere: it finds the native module through NODE_PATH.
const [modules = ''] = /^.*node_modules/.exec(createRequire(import.meta.url).resolve('koffi')) ?? [];
const heaps = (how: string) =>
  execFileSync(process.execPath, [program, how], { encoding: 'utf8', env: { ...process.env, NODE_PATH: modules } });

const { glibcVersionRuntime } = (process.report.getReport() as { header: { glibcVersionRuntime?: string } }).header;

describe.skipIf(glibcVersionRuntime === undefined)('heaps of the C library', () => {
  it('are fewer where threads share one', () => {
    expect(Number(heaps('one'))).toBeLessThan(Number(heaps('many')));
  });
});
