// When a warm-up may end. V8 compiles while the first ten thousand connections or requests pass, and a request costs up to twice as much
// meanwhile as for the rest of a sidecar's life, which is what the table is about.
import { median } from './median.mjs';

/** The median of three, as one step that another program disturbed must not decide. */
export const stepsCompared = 3;
/** What medians differ by that no longer fall: noise of the machine, and the 10 ms in which the kernel counts CPU time. */
export const toleranceShare = 0.05;

/** @param costs CPU per request of each step so far, in order. @returns whether the last three cost what the three before did. */
export function hasSettled(costs) {
  if (costs.length < 2 * stepsCompared) return false;
  const before = median(costs.slice(-2 * stepsCompared, -stepsCompared));
  const last = median(costs.slice(-stepsCompared));
  return Math.abs(last - before) <= before * toleranceShare;
}
