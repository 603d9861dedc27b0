import { createManualClock } from '@weft/kernel';
import { expect, test } from 'vitest';
import {
  createRestartPolicy,
  restartDelayMsMax,
  restartDelayMsMin,
  restartForgetMs,
  restartsPerMinuteMax,
} from './restart-policy.ts';

test('the delay doubles up to its bound, and is forgotten after a long life', () => {
  const clock = createManualClock();
  const policy = createRestartPolicy(clock);
  const delays = [1, 2, 3, 4, 5, 6, 7].map(() => {
    const waitMs = policy.nextDelayMs();
    clock.advance(waitMs);
    return waitMs;
  });
  expect(delays).toEqual([restartDelayMsMin, 400, 800, 1600, 3200, restartDelayMsMax, restartDelayMsMax]);
  clock.advance(restartForgetMs + 1);
  expect(policy.nextDelayMs()).toBe(restartDelayMsMin);
});

test('a process that dies at once is never started more often than its bound in any minute', () => {
  const clock = createManualClock();
  const policy = createRestartPolicy(clock);
  const starts: number[] = [];
  while (clock.monotonic() < 600_000) {
    clock.advance(policy.nextDelayMs());
    starts.push(clock.monotonic());
  }
  const busiest = Math.max(...starts.map((from) => starts.filter((at) => at >= from && at < from + 60_000).length));
  expect(busiest).toBeLessThanOrEqual(restartsPerMinuteMax);
});

test('after as many restarts as a minute holds, the next one waits for the minute to pass', () => {
  const policy = createRestartPolicy(createManualClock());
  for (let i = 0; i < restartsPerMinuteMax; i++) policy.nextDelayMs();
  expect(policy.nextDelayMs()).toBeGreaterThan(restartDelayMsMax);
});
