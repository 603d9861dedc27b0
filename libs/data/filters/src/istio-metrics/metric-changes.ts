/** What a mesh asks of Istio's metrics besides their standard form: some dropped, labels taken away, set or added. */

import type { Exchange, MetricChange } from '@weft/data-runtime';
import { WeftError } from '@weft/kernel';
import type { Family } from '@weft/telemetry';
import { compileCelText } from '../cel.ts';

export interface MetricChanges {
  /** What the expressions give for one exchange, in an order of their own: it tells combinations of labels apart. */
  values(exchange: Exchange): readonly string[];
  /** @param name "requests_total". @param values of `values`. @returns nothing: it is not counted. */
  place<Slot>(
    family: Family<Slot>,
    name: string,
    labelNames: readonly string[],
    labelValues: readonly string[],
    values: readonly string[],
  ): Slot | undefined;
}

interface Rule {
  readonly drop: boolean;
  readonly remove: ReadonlySet<string>;
  /** Label and place of its value. */
  readonly set: readonly (readonly [label: string, at: number])[];
}

/** What an expression gives that fails, or that is not read. */
const unknown = 'unknown';

/** @returns nothing where nothing is asked for. */
export function compileMetricChanges(changes: readonly MetricChange[] | undefined): MetricChanges | undefined {
  if (changes === undefined || changes.length === 0) return undefined;
  const expressions: string[] = [];
  const placeOf = (expression: string): number => {
    const known = expressions.indexOf(expression);
    return known >= 0 ? known : expressions.push(expression) - 1;
  };
  const rules = new Map<string, Rule>();
  for (const { name, drop, remove, set } of changes) {
    const placed = set.map(([label, expression]) => [label, placeOf(expression)] as const);
    rules.set(name, { drop, remove: new Set(remove), set: placed });
  }
  const read = expressions.map(readerOf);
  return {
    values: (exchange) => read.map((one) => one(exchange)),
    place(family, name, labelNames, labelValues, values) {
      const rule = rules.get(name);
      if (rule === undefined) return family.slot(labelValues);
      if (rule.drop) return undefined;
      const own: (string | undefined)[] = [...labelValues];
      const more: string[] = [];
      for (const [index, label] of labelNames.entries()) if (rule.remove.has(label)) own[index] = undefined;
      for (const [label, at] of rule.set) {
        const value = values[at] ?? unknown;
        const index = labelNames.indexOf(label);
        if (index >= 0) own[index] = value;
        else more.push(label, value);
      }
      return family.slot(own, more);
    },
  };
}

function readerOf(expression: string): (exchange: Exchange) => string {
  try {
    const read = compileCelText(expression, 'metrics');
    return (exchange) => {
      try {
        return read(exchange) ?? unknown;
      } catch {
        // A connection without requests has not all that an exchange has.
        return unknown;
      }
    };
  } catch (error) {
    if (error instanceof WeftError) return () => unknown;
    throw error;
  }
}
