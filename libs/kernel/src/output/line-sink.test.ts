import { execFileSync, spawn } from 'node:child_process';
import type { writeSync } from 'node:fs';
import { expect, it } from 'vitest';
import { attemptsMax, createLineSink } from './line-sink.ts';

const failing = (code: string, calls: { count: number }): typeof writeSync =>
  (() => {
    calls.count += 1;
    throw Object.assign(new Error(code), { code });
  }) as typeof writeSync;

it('loses a line on a closed pipe and on a full disk, at the first attempt', () => {
  for (const code of ['EPIPE', 'ENOSPC']) {
    const calls = { count: 0 };
    const sink = createLineSink(1, failing(code, calls));
    sink.write('a\n');
    expect([sink.lost(), calls.count]).toEqual([1, 1]);
  }
});

it('tries a full pipe a bounded number of times', () => {
  const calls = { count: 0 };
  const sink = createLineSink(1, failing('EAGAIN', calls));
  sink.write('a\n');
  expect([sink.lost(), calls.count]).toEqual([1, attemptsMax]);
});

it('writes the rest of a line that was taken in part', () => {
  const taken: string[] = [];
  const write = ((_fd: number, bytes: Buffer, from: number) => {
    const part = bytes.subarray(from, from + 2);
    taken.push(part.toString());
    return part.length;
  }) as unknown as typeof writeSync;
  createLineSink(1, write).write('abcd\n');
  expect(taken).toEqual(['ab', 'cd', '\n']);
});

it('lets a process end whose reader is gone', async () => {
  const source = new URL('./line-sink.ts', import.meta.url).pathname;
  const bundle = execFileSync('node_modules/.bin/esbuild', [source, '--format=cjs', '--platform=node'], {
    encoding: 'utf8',
  });
  const program = `${bundle}
    const sink = module.exports.createLineSink();
    process.stdin.once('data', () => { for (let i = 0; i < 1000; i++) sink.write('x'.repeat(1000) + '\\n'); process.exit(sink.lost() > 0 ? 7 : 8); });`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdout.destroy();
  child.stdin.write('go');
  const code = await new Promise((resolve) => child.once('exit', resolve));
  expect(code).toBe(7);
});
