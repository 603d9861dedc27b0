/** The durations of Linkerd's annotations. */

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A whole number with ms, s, m, h or d; "0" alone. Fractions, signs and sums are not of this grammar. */
export function parseAnnotationDuration(text: string): number | undefined {
  if (text === '0') return 0;
  const [, number, unit = ''] = /^(\d{1,12})(ms|s|m|h|d)$/.exec(text) ?? [];
  return number === undefined ? undefined : Number(number) * (unitMs[unit] ?? 0);
}
