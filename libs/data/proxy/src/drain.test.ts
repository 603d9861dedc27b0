import { createManualClock } from '@weft/kernel';
import { describe, expect, test, vi } from 'vitest';
import type { Side } from './data-path.ts';
import { announceMs, drainProxy, lookMs } from './drain.ts';

async function advance(clock: ReturnType<typeof createManualClock>, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += lookMs) {
    clock.advance(lookMs);
    await Promise.resolve();
    await Promise.resolve();
  }
}

function setUp(announced: boolean) {
  const clock = createManualClock();
  const open = { inbound: 1, outward: 1 };
  const drained: Side[] = [];
  const done = vi.fn();
  const path = { drain: (side: Side) => void drained.push(side), connections: (side: Side) => open[side] };
  void drainProxy({ clock, path, limitMs: 5_000, announced }).then(done);
  return { clock, open, drained, done };
}

describe('draining', () => {
  test('peers are told first, then the way in ends, then the way out', async () => {
    const { clock, open, drained, done } = setUp(true);
    expect(drained).toEqual([]);
    await advance(clock, announceMs + lookMs);
    expect(drained).toEqual(['inbound']);
    open.inbound = 0;
    await advance(clock, 2 * lookMs);
    expect(drained).toEqual(['inbound', 'outward']);
    expect(done).not.toHaveBeenCalled();
    open.outward = 0;
    await advance(clock, 2 * lookMs);
    expect(done).toHaveBeenCalled();
  });

  test('nobody waits past the limit', async () => {
    const { clock, drained, done } = setUp(false);
    await advance(clock, 4_900);
    expect(drained).toEqual(['inbound']);
    await advance(clock, 300);
    expect(drained).toEqual(['inbound', 'outward']);
    expect(done).toHaveBeenCalled();
  });
});
