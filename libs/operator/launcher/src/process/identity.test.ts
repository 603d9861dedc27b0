import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { identityOf, isRunning, signalTo } from './identity.ts';

test('this process is itself, and no other that has its pid', () => {
  const own = identityOf(process.pid);
  expect(own?.pid).toBe(process.pid);
  expect(own !== undefined && isRunning(own)).toBe(true);
  expect(isRunning({ pid: process.pid, startTime: 'another' })).toBe(false);
});

test('numbers that are no pid are nobody', () => {
  for (const pid of [0, -1, 1.5, Number.NaN, 2 ** 30]) expect(identityOf(pid)).toBeUndefined();
});

test('a signal reaches the process that is meant, and not one that took its pid', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  const identity = identityOf(child.pid ?? 0);
  if (identity === undefined) throw new Error('the child has no identity');
  expect(signalTo({ ...identity, startTime: 'another' }, 'SIGKILL', 'process')).toBe(false);
  expect(isRunning(identity)).toBe(true);
  expect(signalTo(identity, 'SIGKILL', 'process')).toBe(true);
  await once(child, 'exit');
  expect(isRunning(identity)).toBe(false);
});
