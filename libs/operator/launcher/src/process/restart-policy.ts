/** When a process that died is started again: with back-off, and at a bounded rate. */

import type { Clock } from '@weft/kernel';

export const restartDelayMsMin = 200;
export const restartDelayMsMax = 5_000;
/** A process that lived this long starts again with the shortest delay. */
export const restartForgetMs = 20_000;
/** Never more restarts of one process within a minute. */
export const restartsPerMinuteMax = 20;
const minuteMs = 60_000;

export interface RestartPolicy {
  /** Counts one restart. @returns how long to wait before it, in whole milliseconds. */
  nextDelayMs(): number;
}

export function createRestartPolicy(clock: Clock): RestartPolicy {
  const starts: number[] = [];
  let delayMs = restartDelayMsMin;
  return {
    nextDelayMs() {
      const now = clock.monotonic();
      const previous = starts.at(-1);
      delayMs =
        previous === undefined || now - previous > restartForgetMs
          ? restartDelayMsMin
          : Math.min(delayMs * 2, restartDelayMsMax);
      while (starts[0] !== undefined && now - starts[0] >= minuteMs) starts.shift();
      const oldest = starts.length >= restartsPerMinuteMax ? starts[0] : undefined;
      const waitMs = oldest === undefined ? delayMs : Math.max(delayMs, oldest + minuteMs - now);
      if (oldest !== undefined) starts.shift();
      starts.push(now + waitMs);
      return Math.ceil(waitMs);
    },
  };
}
