/** Questions that all answer, that some answer, and that nobody is there to answer. */

import { createManualClock } from '@weft/kernel';
import { describe, expect, it } from 'vitest';
import { askMs, createAsks } from './asks.ts';

function setUp(workers: number) {
  const clock = createManualClock();
  const asks = createAsks(clock);
  const got: (readonly unknown[])[] = [];
  let asked = 0;
  asks.put(
    (id) => {
      asked = id;
      return workers;
    },
    (answers) => got.push(answers),
  );
  return { clock, asks, got, asked };
}

describe('a question to all workers', () => {
  it('is done when all have answered', () => {
    const { clock, asks, got, asked } = setUp(2);
    asks.answered(asked, 'a');
    expect(got).toEqual([]);
    asks.answered(asked, 'b');
    expect([got, clock.pending()]).toEqual([[['a', 'b']], 0]);
  });

  it('is done after its time with what has come, and hears no more', () => {
    const { clock, asks, got, asked } = setUp(2);
    asks.answered(asked, 'a');
    clock.advance(askMs - 1);
    expect(got).toEqual([]);
    clock.advance(1);
    asks.answered(asked, 'late');
    expect(got).toEqual([['a']]);
  });

  it('is done at once where there are none', () => {
    const { clock, got } = setUp(0);
    expect([got, clock.pending()]).toEqual([[[]], 0]);
  });

  it('is not taken for another', () => {
    const { asks, got, asked } = setUp(1);
    asks.answered(asked + 1, 'of another');
    expect(got).toEqual([]);
  });
});
