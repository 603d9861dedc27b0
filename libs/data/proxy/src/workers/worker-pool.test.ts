/** Workers that do not even start, and one that dies late. */

import { createManualClock, type ManualClock } from '@weft/kernel';
import { describe, expect, it } from 'vitest';
import type { SuccessorCommand } from './successor.ts';
import { createWorkerPool, workerLimits } from './worker-pool.ts';

/** @param command of each worker. */
function setUp(command: SuccessorCommand) {
  const clock: ManualClock = createManualClock(0);
  const lines: { readonly waitMs?: number }[] = [];
  let wake = (): void => {};
  let tries = 0;
  const log = {
    error(line: { waitMs?: number }) {
      lines.push(line);
      wake();
    },
  };
  const pool = createWorkerPool({
    clock,
    log: log as never,
    count: 1,
    commandOf() {
      tries += 1;
      return command;
    },
    introduction: () => [],
    onWantsSocket() {},
    onReport() {},
    onTapped() {},
  });
  const line = async (): Promise<{ readonly waitMs?: number }> => {
    while (lines.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return lines.shift() ?? {};
  };
  return { clock, pool, line, tries: () => tries };
}

describe('a worker that cannot be started', () => {
  it('is tried again, later each time up to a bound, until the pool is stopped', async () => {
    const { clock, pool, line, tries } = setUp({ program: './no-such-program', args: [] });
    const { restartMs, restartMaxMs } = workerLimits;
    const waits: unknown[] = [];
    while (waits.at(-1) !== restartMaxMs) {
      // First that it does not start, then what is done about it.
      expect(await line()).not.toHaveProperty('waitMs');
      const { waitMs = 0 } = await line();
      waits.push(waitMs);
      clock.advance(waitMs);
    }
    expect(waits).toEqual([2, 4, 8, 16, 32].map((factor) => factor * restartMs).concat(restartMaxMs));
    await line();
    await line();
    const before = tries();
    pool.stop();
    clock.advance(60_000);
    expect(tries()).toBe(before);
    expect(pool.reports()).toEqual([undefined]);
  });
});

describe('a worker that dies', () => {
  const untilTold = { program: process.execPath, args: ['-e', "process.once('message', () => process.exit(3))"] };

  it('is started again soon where it had lived for long', async () => {
    const { clock, pool, line } = setUp(untilTold);
    clock.advance(workerLimits.youngMs);
    pool.tell({ weft: 'drain', side: 'inbound', spareIdle: false });
    expect(await line()).toMatchObject({ how: 'code 3', waitMs: workerLimits.restartMs });
    pool.stop();
  });

  it('is waited for longer where it had not', async () => {
    const { clock, pool, line } = setUp(untilTold);
    clock.advance(workerLimits.youngMs - 1);
    pool.tell({ weft: 'drain', side: 'inbound', spareIdle: false });
    expect(await line()).toMatchObject({ how: 'code 3', waitMs: workerLimits.restartMs * 2 });
    pool.stop();
  });
});
