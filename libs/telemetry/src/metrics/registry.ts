/** The metric registry: families with bounded label sets over typed arrays. */

import { assertThat } from '@weft/kernel';
import { familiesMax, seriesPerFamilyMax } from './limits.ts';
import { type FamilyView, renderFamilies } from './prometheus.ts';
import { type Counter, createArena, type Gauge, type Histogram, HistogramSlot, NumberSlot } from './slots.ts';

/** All series of one metric name. */
export interface Family<Slot> {
  readonly name: string;
  /**
   * The place of one label set, made on first use and the same object ever after: resolve it once and keep it.
   * Past the bound of the family every new label set gets the one series whose labels all say "overflow".
   * @param labelValues in the order of the family's label names; undefined: the series does not have this label.
   * @param more labels of this series alone, flat: name, value.
   */
  slot(labelValues: readonly (string | undefined)[], more?: readonly string[]): Slot;
}

export interface MetricRegistry {
  counter(name: string, help: string, labelNames: readonly string[]): Family<Counter>;
  gauge(name: string, help: string, labelNames: readonly string[]): Family<Gauge>;
  /** @param buckets ascending upper bounds, without +Inf. */
  histogram(name: string, help: string, labelNames: readonly string[], buckets: readonly number[]): Family<Histogram>;
  /** Runs `task` before each rendering: for gauges that are read rather than kept. */
  onScrape(task: () => void): void;
  /** Prometheus text format 0.0.4. */
  renderPrometheus(): string;
}

export interface MetricRegistryOptions {
  readonly seriesPerFamilyMax?: number;
}

interface Series<Slot> {
  readonly labelValues: readonly (string | undefined)[];
  readonly more: readonly string[];
  readonly slot: Slot;
}

const foldedName = 'weft_metric_series_folded_total';
const overflowLabel = 'overflow';

/**
 * Asking for a known name again gives the same family.
 * @throws Error (assertion) for a name asked for with another type or other labels.
 */
export function createMetricRegistry(options: MetricRegistryOptions = {}): MetricRegistry {
  const seriesMax = options.seriesPerFamilyMax ?? seriesPerFamilyMax;
  const arena = createArena();
  const families = new Map<string, FamilyView & Family<unknown>>();
  const scrapeTasks: (() => void)[] = [];
  let folded: Family<Counter> | undefined;

  const noteFolded = (family: string): void => {
    folded ??= make(foldedName, 'Look-ups of label sets past the bound of a family.', ['family'], 'counter', [], () => {
      return new NumberSlot(arena);
    });
    folded.slot([family]).add(1);
  };

  const make = <Slot extends NumberSlot | HistogramSlot>(
    name: string,
    help: string,
    labelNames: readonly string[],
    type: FamilyView['type'],
    bounds: readonly number[],
    createSlot: () => Slot,
  ): Family<Slot> => {
    const known = families.get(name);
    if (known !== undefined) {
      const same = known.type === type && known.labelNames.join() === labelNames.join();
      assertThat(same, `metric ${name} has one type and one set of labels`);
      return known as FamilyView & Family<Slot>;
    }
    assertThat(families.size < familiesMax, `at most ${familiesMax} metric families`);
    const family = createFamily({ name, help, labelNames, type, bounds }, seriesMax, createSlot, noteFolded);
    families.set(name, family);
    return family;
  };

  const newNumber = (): NumberSlot => new NumberSlot(arena);

  return {
    counter: (name, help, labelNames) => make(name, help, labelNames, 'counter', [], newNumber),
    gauge: (name, help, labelNames) => make(name, help, labelNames, 'gauge', [], newNumber),
    histogram(name, help, labelNames, buckets) {
      const bounds = Float64Array.from(buckets);
      return make(name, help, labelNames, 'histogram', buckets, () => new HistogramSlot(arena, bounds));
    },
    onScrape(task) {
      scrapeTasks.push(task);
    },
    renderPrometheus() {
      for (const task of scrapeTasks) task();
      return renderFamilies(families.values());
    },
  };
}

/** @param noteFolded told of each look-up past `seriesMax`. */
function createFamily<Slot extends NumberSlot | HistogramSlot>(
  shape: Pick<FamilyView, 'name' | 'help' | 'labelNames' | 'type' | 'bounds'>,
  seriesMax: number,
  createSlot: () => Slot,
  noteFolded: (family: string) => void,
): FamilyView & Family<Slot> {
  const { name, labelNames } = shape;
  const series = new Map<string, Series<Slot>>();
  let overflow: Slot | undefined;
  return {
    ...shape,
    series,
    slot(labelValues: readonly (string | undefined)[], more: readonly string[] = []): Slot {
      const key = keyOf(labelValues, more);
      const found = series.get(key);
      if (found !== undefined) return found.slot;
      assertThat(labelValues.length === labelNames.length, `metric ${name} has ${labelNames.length} labels`);
      if (series.size < seriesMax) {
        const slot = createSlot();
        series.set(key, { labelValues: [...labelValues], more, slot });
        return slot;
      }
      if (name !== foldedName) noteFolded(name);
      if (overflow === undefined) {
        overflow = createSlot();
        const names = labelNames.map(() => overflowLabel);
        series.set(keyOf(names, []), { labelValues: names, more: [], slot: overflow });
      }
      return overflow;
    },
  };
}

/** One text for each label set: no value has these octets. */
function keyOf(labelValues: readonly (string | undefined)[], more: readonly string[]): string {
  const [first] = labelValues;
  if (labelValues.length === 1 && first !== undefined && more.length === 0) return first;
  const base = labelValues.includes(undefined)
    ? labelValues.map((value) => value ?? '\u0001').join('\u0000')
    : labelValues.join('\u0000');
  return more.length === 0 ? base : `${base}\u0002${more.join('\u0000')}`;
}
