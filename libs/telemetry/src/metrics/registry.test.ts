/** The registry's numbers, bounds and text. */

import { describe, expect, it } from 'vitest';
import { familiesMax } from './limits.ts';
import { createMetricRegistry } from './registry.ts';

describe('the metric registry', () => {
  it('gives the same slot for the same labels and adds to it', () => {
    const registry = createMetricRegistry();
    const family = registry.counter('requests_total', 'Requests.', ['code', 'flag']);
    family.slot(['200', '-']).add(2);
    family.slot(['200', '-']).add(1);
    family.slot(['503', 'UH']).add(1);
    expect(registry.renderPrometheus()).toBe(
      [
        '# HELP requests_total Requests.',
        '# TYPE requests_total counter',
        'requests_total{code="200",flag="-"} 3',
        'requests_total{code="503",flag="UH"} 1',
        '',
      ].join('\n'),
    );
  });

  it('has a bound of families, and the known ones live on at it', () => {
    const registry = createMetricRegistry();
    for (let i = 0; i < familiesMax; i += 1) registry.counter(`family_${i}`, 'One.', []);
    expect(() => registry.counter('one_more', 'One.', [])).toThrow(`at most ${familiesMax} metric families`);
    expect(() => registry.counter('family_0', 'One.', [])).not.toThrow();
  });

  it('writes a histogram cumulated, with +Inf, sum and count', () => {
    const registry = createMetricRegistry();
    const slot = registry.histogram('took', 'Time.', [], [1, 5]).slot([]);
    for (const value of [0.5, 1, 3, 100]) slot.observe(value);
    expect(registry.renderPrometheus()).toBe(
      [
        '# HELP took Time.',
        '# TYPE took histogram',
        'took_bucket{le="1"} 2',
        'took_bucket{le="5"} 3',
        'took_bucket{le="+Inf"} 4',
        'took_sum 104.5',
        'took_count 4',
        '',
      ].join('\n'),
    );
  });

  it('sets and moves a gauge, also one that is read at the scrape', () => {
    const registry = createMetricRegistry();
    const slot = registry.gauge('open', 'Open.', []).slot([]);
    registry.onScrape(() => slot.add(-1));
    slot.set(7);
    expect(registry.renderPrometheus()).toContain('\nopen 6\n');
  });

  it('escapes backslash, quote and line feed', () => {
    const registry = createMetricRegistry();
    registry.counter('c', 'a\\b\nc"d', ['l']).slot(['x"y\\z\n']).add(1);
    const text = registry.renderPrometheus();
    expect(text).toContain('# HELP c a\\\\b\\nc"d');
    expect(text).toContain('c{l="x\\"y\\\\z\\n"} 1');
  });

  it('folds label sets past the bound of a family into one and counts them', () => {
    const registry = createMetricRegistry({ seriesPerFamilyMax: 2 });
    const family = registry.counter('c', 'C.', ['l']);
    for (const label of ['a', 'b', 'c', 'd', 'a']) family.slot([label]).add(1);
    const text = registry.renderPrometheus();
    expect(text).toContain('c{l="a"} 2');
    expect(text).toContain('c{l="overflow"} 2');
    expect(text).not.toContain('l="d"');
    expect(text).toContain('weft_metric_series_folded_total{family="c"} 2');
  });

  it('refuses one name with two sets of labels', () => {
    const registry = createMetricRegistry();
    const first = registry.counter('c', 'C.', ['l']);
    expect(registry.counter('c', 'C.', ['l'])).toBe(first);
    expect(() => registry.counter('c', 'C.', ['other'])).toThrow('one type and one set of labels');
    expect(() => first.slot(['a', 'b'])).toThrow('has 1 labels');
  });

  it('keeps slots valid over many more series than one piece of memory holds', () => {
    const registry = createMetricRegistry({ seriesPerFamilyMax: 10_000 });
    const family = registry.counter('c', 'C.', ['l']);
    const slots = Array.from({ length: 9_000 }, (_, index) => family.slot([String(index)]));
    for (const slot of slots) slot.add(1);
    expect(registry.renderPrometheus().match(/^c\{.*\} 1$/gm)?.length).toBe(9_000);
  });
});
