/** The bound of refusals in the log. */

import { createManualClock } from '@weft/kernel';
import { describe, expect, it } from 'vitest';
import { listenerLimits } from './limits.ts';
import { createRefusalLog } from './refusal-log.ts';

describe('the refusal log', () => {
  it('writes a bounded number of lines a window and says later how many it left out', () => {
    const clock = createManualClock();
    const lines: unknown[] = [];
    const log = createRefusalLog(clock, { warn: (line: unknown) => void lines.push(line) } as never);
    for (let turn = 0; turn < listenerLimits.refusalsLoggedMax + 5; turn += 1) log.note('a', 'plaintext_refused', 'x');
    expect(lines).toHaveLength(listenerLimits.refusalsLoggedMax);
    clock.advance(listenerLimits.refusalWindowMs);
    log.note('a', 'plaintext_refused', 'x');
    log.note('a', 'plaintext_refused', 'x');
    expect(lines.slice(-2)).toEqual([
      { listener: 'a', code: 'plaintext_refused', unlogged: 5 },
      { listener: 'a', code: 'plaintext_refused' },
    ]);
  });
});
