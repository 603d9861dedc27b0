/** Near points in time are kept exactly, far ones by the beat. */

import { createManualClock } from '@weft/kernel';
import { describe, expect, it } from 'vitest';
import { Deadline } from './deadline.ts';
import { httpLimits } from './limits.ts';

describe('a deadline', () => {
  it('has a timer of its own up to a bound, and is left to the beat beyond it', () => {
    const clock = createManualClock();
    let due = 0;
    const deadline = new Deadline(clock, () => {
      due += 1;
    });
    deadline.arm(httpLimits.exactTimeoutMsMax);
    expect(clock.pending()).toBe(1);
    clock.advance(httpLimits.exactTimeoutMsMax);
    expect(due).toBe(1);

    deadline.arm(httpLimits.exactTimeoutMsMax + 1);
    expect(clock.pending()).toBe(0);
    clock.advance(httpLimits.exactTimeoutMsMax + 1);
    expect(due).toBe(1);
    deadline.sweep(clock.monotonic());
    deadline.sweep(clock.monotonic());
    expect(due).toBe(2);
  });

  it('that is disarmed is never due', () => {
    const clock = createManualClock();
    const deadline = new Deadline(clock, () => expect.unreachable());
    for (const afterMs of [10, httpLimits.exactTimeoutMsMax + 10]) {
      deadline.arm(afterMs);
      deadline.disarm();
      clock.advance(afterMs);
      deadline.sweep(clock.monotonic());
    }
  });
});
