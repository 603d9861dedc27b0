import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KeptWorkload } from '@weft/control-registry';
import { testProxy } from '@weft/control-registry/testing';
import { createManualClock } from '@weft/kernel';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeWorkloads } from './workload-file.ts';
import { createWorkloadKeeper, keepCeilingMs, keepQuietMs, type WorkloadKeeperOptions } from './workload-keeper.ts';

const workload = (name: string): KeptWorkload => ({
  proxy: testProxy(name, { id: name }),
  reported: true,
  message: '',
});

let folder = '';
let path = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weft-keeper-'));
  path = join(folder, 'workloads.json');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function make(extra: Partial<WorkloadKeeperOptions> = {}) {
  const clock = createManualClock();
  const log: string[] = [];
  const restored: string[] = [];
  const state = { kept: [] as KeptWorkload[], tell: () => {} };
  const keeper = createWorkloadKeeper({
    path,
    registry: {
      kept: () => state.kept,
      restore(workloads) {
        restored.push(...workloads.map(({ proxy }) => proxy.id));
        return workloads.length;
      },
      onKeptChange(listener) {
        state.tell = listener;
        return () => {
          state.tell = () => {};
        };
      },
    },
    trustDomain: 'cluster.local',
    clock,
    logger: {
      info: (_fields: unknown, text?: string) => void log.push(`info ${text}`),
      warn: (fields: unknown, text?: string) => void log.push(`warn ${text} ${JSON.stringify(fields)}`),
    } as WorkloadKeeperOptions['logger'],
    ...extra,
  });
  return { clock, log, restored, state, keeper };
}

it('keeps the workloads of a run that was killed for the next one, in a file of this user alone', async () => {
  const written: Promise<void>[] = [];
  const { writePrivateFile } = await import('@weft/control-ca');
  const first = make({
    write(file, text) {
      const done = writePrivateFile(file, text);
      written.push(done);
      return done;
    },
  });
  await first.keeper.restore();
  first.keeper.follow();
  first.state.kept = [workload('order'), workload('payment')];
  first.state.tell();
  first.clock.advance(keepQuietMs);
  await Promise.all(written);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readdir(folder)).toEqual(['workloads.json']);
  const second = make();
  await second.keeper.restore();
  expect(second.restored).toEqual(['order', 'payment']);
  expect(second.log).toEqual(['info workloads of the last run count as present until they are back']);
});

it('writes at its stop what is true then, and nothing after', async () => {
  const { keeper, state, clock } = make();
  keeper.follow();
  state.kept = [workload('order')];
  const { tell } = state;
  await keeper.stop();
  expect(await readFile(path, 'utf8')).toContain('"id":"order"');
  state.kept = [];
  state.tell();
  expect(clock.pending()).toBe(0);
  expect(tell).not.toBe(state.tell);
  expect(await readFile(path, 'utf8')).toContain('"id":"order"');
});

it('joins a burst into one write, waits no longer than its ceiling, and writes equal content once', async () => {
  const texts: string[] = [];
  const { keeper, state, clock } = make({ write: async (_path, text) => void texts.push(text) });
  keeper.follow();
  state.kept = [workload('order')];
  for (let waited = 0; waited < keepCeilingMs - 100; waited += 100) {
    state.tell();
    clock.advance(100);
  }
  expect(texts).toHaveLength(0);
  state.tell();
  clock.advance(100);
  expect(texts).toHaveLength(1);
  await keeper.stop();
  expect(texts).toHaveLength(1);
});

it('has one write in flight and one that waits, however many changes come', async () => {
  const finish: (() => void)[] = [];
  const { keeper, state, clock } = make({ write: () => new Promise((resolve) => finish.push(resolve)) });
  keeper.follow();
  for (let change = 0; change < 10; change++) {
    state.kept = [workload(`order-${change}`)];
    state.tell();
    clock.advance(keepQuietMs);
  }
  expect(finish).toHaveLength(1);
  const stopped = keeper.stop();
  finish[0]?.();
  await new Promise(setImmediate);
  expect(finish).toHaveLength(2);
  finish[1]?.();
  await stopped;
});

it.each<[string, string, number, string]>([
  ['a damaged file', '{"format":', 0o600, 'it is not JSON'],
  ['a file of another trust domain', writeWorkloads('other.example', []).text, 0o600, 'other.example'],
  ['a file that is open to others', writeWorkloads('cluster.local', [workload('x')]).text, 0o644, 'run chmod 600'],
])('ignores %s with a line in the log, and replaces it', async (_what, text, mode, reason) => {
  await writeFile(path, text);
  await chmod(path, mode);
  const { keeper, log, restored } = make();
  await keeper.restore();
  expect(restored).toEqual([]);
  expect(log.join()).toMatch(/^warn kept workloads are ignored/);
  expect(log.join()).toContain(reason);
  keeper.follow();
  await keeper.stop();
  expect(await readFile(path, 'utf8')).toBe(writeWorkloads('cluster.local', []).text);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

it('goes on where the disk refuses, and says so', async () => {
  const { keeper, state, log } = make({ write: () => Promise.reject(new Error('disk full')) });
  keeper.follow();
  state.kept = [workload('order')];
  await keeper.stop();
  expect(log.join()).toContain('registered workloads could not be kept for a restart');
});
