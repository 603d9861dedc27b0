import { createManualClock } from '@weft/kernel';
import { describe, expect, it } from 'vitest';
import { createLogger } from '../observe/logger.ts';
import { waitForDatabase } from './database.ts';

const log = createLogger({ service: 'test', version: 'v1', level: 'silent' });

function run(succeedsAt: number): { outcome: Promise<void>; attempts: number[]; drive: () => Promise<void> } {
  const clock = createManualClock();
  const attempts: number[] = [];
  const state = { open: true };
  const outcome = waitForDatabase(
    async () => {
      attempts.push(clock.now());
      if (clock.now() < succeedsAt) throw new Error('connection refused');
    },
    { clock, random: () => 1, log, waitMaxMs: 10_000 },
  );
  outcome.then(
    () => (state.open = false),
    () => (state.open = false),
  );
  const drive = async (): Promise<void> => {
    while (state.open) {
      clock.advance(50);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { outcome, attempts, drive };
}

describe('waiting for the database', () => {
  it('tries again, less and less often, until it is there', async () => {
    const { outcome, attempts, drive } = run(3000);
    await drive();
    await outcome;
    const pauses = attempts.slice(1).map((at, index) => at - (attempts[index] ?? 0));
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b));
    expect(attempts.length).toBeLessThan(10);
  });

  it('gives up after its time, with the reason', async () => {
    const { outcome, attempts, drive } = run(Number.POSITIVE_INFINITY);
    await Promise.all([drive(), expect(outcome).rejects.toThrow('connection refused')]);
    expect(attempts.at(-1)).toBeLessThanOrEqual(10_000);
    expect(attempts.length).toBeLessThan(15);
  });
});
