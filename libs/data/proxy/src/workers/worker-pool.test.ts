/** Workers that do not even start. */

import { createManualClock } from '@weft/kernel';
import { describe, expect, it } from 'vitest';
import { createWorkerPool } from './worker-pool.ts';

describe('a worker that cannot be started', () => {
  it('is tried again, later each time', async () => {
    const clock = createManualClock(0);
    let tries = 0;
    let failures = 0;
    const waits: unknown[] = [];
    const log = {
      error({ waitMs }: { waitMs?: number }) {
        if (waitMs === undefined) failures += 1;
        else waits.push(waitMs);
      },
    };
    const pool = createWorkerPool({
      clock,
      log: log as never,
      count: 1,
      commandOf() {
        tries += 1;
        return { program: './no-such-program', args: [] };
      },
      introduction: () => [{ weft: 'drain', side: 'inbound', spareIdle: false }],
      onWantsSocket() {},
      onReport() {},
    });
    for (const waitMs of [200, 400]) {
      while (waits.at(-1) !== waitMs) await new Promise(setImmediate);
      clock.advance(waitMs);
    }
    expect(tries).toBe(3);
    while (failures < 3) await new Promise(setImmediate);
    pool.stop();
    clock.advance(60_000);
    expect(tries).toBe(3);
    expect(pool.reports()).toEqual([undefined]);
  });
});
