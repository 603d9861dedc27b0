/** Prometheus text exposition format, version 0.0.4. */

import { HistogramSlot, type NumberSlot } from './slots.ts';

/** `content-type` of what `renderFamilies` writes. */
export const prometheusContentType = 'text/plain; version=0.0.4; charset=utf-8';

/** What the writer reads of a family. */
export interface FamilyView {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labelNames: readonly string[];
  /** Of a histogram: ascending upper bounds, without +Inf. */
  readonly bounds: readonly number[];
  readonly series: ReadonlyMap<
    string,
    {
      readonly labelValues: readonly (string | undefined)[];
      /** Flat: name, value. */
      readonly more: readonly string[];
      readonly slot: NumberSlot | HistogramSlot;
    }
  >;
}

/** Families without a series are left out. */
export function renderFamilies(families: Iterable<FamilyView>): string {
  const lines: string[] = [];
  for (const family of families) {
    if (family.series.size === 0) continue;
    lines.push(`# HELP ${family.name} ${escapeHelp(family.help)}`, `# TYPE ${family.name} ${family.type}`);
    for (const { labelValues, more, slot } of family.series.values()) {
      const labels = labelsOf(family.labelNames, labelValues, more);
      if (slot instanceof HistogramSlot) renderHistogram(lines, family, labels, slot);
      else lines.push(`${family.name}${braces(labels)} ${number(slot.value)}`);
    }
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

function labelsOf(
  names: readonly string[],
  values: readonly (string | undefined)[],
  more: readonly string[],
): readonly string[] {
  const labels = names.flatMap((name, index) => {
    const value = values[index];
    return value === undefined ? [] : [`${name}="${escapeLabel(value)}"`];
  });
  for (let i = 0; i < more.length; i += 2) labels.push(`${more[i]}="${escapeLabel(more[i + 1] ?? '')}"`);
  return labels;
}

function renderHistogram(lines: string[], family: FamilyView, labels: readonly string[], slot: HistogramSlot): void {
  const prefix = labels.length === 0 ? '' : `${labels.join(',')},`;
  let cumulated = 0;
  family.bounds.forEach((bound, index) => {
    cumulated += slot.count(index);
    lines.push(`${family.name}_bucket{${prefix}le="${number(bound)}"} ${cumulated}`);
  });
  cumulated += slot.count(family.bounds.length);
  lines.push(
    `${family.name}_bucket{${prefix}le="+Inf"} ${cumulated}`,
    `${family.name}_sum${braces(labels)} ${number(slot.sum)}`,
    `${family.name}_count${braces(labels)} ${cumulated}`,
  );
}

function braces(labels: readonly string[]): string {
  return labels.length === 0 ? '' : `{${labels.join(',')}}`;
}

function number(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}
