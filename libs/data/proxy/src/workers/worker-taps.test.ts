/** What the parent of several processes tells them of its taps, and what its readers get. */

import { tapLimits, tapLinesLost } from '@weft/data-filters';
import { createMetricRegistry } from '@weft/telemetry';
import { describe, expect, it } from 'vitest';
import type { ToWorker } from './channel.ts';
import { createWorkerTaps } from './worker-taps.ts';

function setUp(takes = true) {
  const told: ToWorker[] = [];
  const written: string[] = [];
  const registry = createMetricRegistry();
  const taps = createWorkerTaps((message) => told.push(message), tapLinesLost(registry));
  const sink = { write: (text: string) => written.push(text) > 0 && takes };
  return { told, written, taps, sink, registry };
}

describe('a tap of several processes', () => {
  it('is opened in all, also in one that begins later, and closed in all', () => {
    const { told, taps, sink } = setUp();
    const tap = taps.open('status=5xx', sink);
    expect(told).toEqual([{ weft: 'tap', id: 1, query: 'status=5xx' }]);
    expect([...taps.introduction()]).toEqual(told);
    tap?.stop();
    tap?.stop();
    expect(told.slice(1)).toEqual([{ weft: 'untap', id: 1 }]);
    expect([[...taps.introduction()], taps.count()]).toEqual([[], 0]);
  });

  it('gives its reader the lines of all, and nobody’s after its end', () => {
    const { written, taps, sink } = setUp();
    const tap = taps.open('', sink);
    taps.tapped(1, 'a\n');
    taps.tapped(1, 'b\n');
    taps.tapped(2, 'of another\n');
    tap?.stop();
    taps.tapped(1, 'late\n');
    expect(written).toEqual(['a\n', 'b\n']);
  });

  it('keeps a bounded number of lines for a slow reader, and says and counts how many it has not', () => {
    const { written, taps, sink, registry } = setUp(false);
    const tap = taps.open('', sink);
    for (let line = 0; line < tapLimits.waitingLinesMax + 3; line += 1) taps.tapped(1, 'x\n');
    tap?.drained();
    expect(written[1]).toBe(`${'x\n'.repeat(tapLimits.waitingLinesMax)}{"dropped":2}\n`);
    expect(registry.renderPrometheus()).toContain('weft_tap_lines_dropped_total 2');
  });

  it('bounds lines also where a worker sends many at once', () => {
    const { taps, sink, registry } = setUp(false);
    taps.open('', sink);
    taps.tapped(1, 'x\n'.repeat(tapLimits.waitingLinesMax + 4));
    expect(registry.renderPrometheus()).toContain('weft_tap_lines_dropped_total 3');
  });

  it('is one of as many as the bound says', () => {
    const { taps, sink } = setUp();
    for (let open = 0; open < tapLimits.tapsMax; open += 1) expect(taps.open('', sink)).toBeDefined();
    expect(taps.open('', sink)).toBeUndefined();
  });
});
