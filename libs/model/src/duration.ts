/** Go's duration syntax, which Istio's YAML uses. */

const unitNanoseconds: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3_600e9,
};

const whole = /^[+-]?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/;
const part = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g;
const textLengthMax = 64;
/** What Go's int64 has room for. */
const nanosecondsMax = 2 ** 63;

/** "1.5s", "100ms", "1m30s" → milliseconds, with a fraction; undefined for what is not a duration, or more than 292 years. */
export function parseDuration(text: string): number | undefined {
  if (text.length > textLengthMax || !whole.test(text)) return undefined;
  let total = 0;
  for (const [, number = '0', unit = 'ms'] of text.matchAll(part))
    total += Number(number) * (unitNanoseconds[unit] ?? 0);
  if (total >= nanosecondsMax) return undefined;
  const milliseconds = Math.round(total) / 1e6;
  return text.startsWith('-') ? -milliseconds : milliseconds;
}
