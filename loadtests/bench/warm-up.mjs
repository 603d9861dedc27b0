// Loads a peer until a request costs what it will cost from then on.
import { hasSettled } from './settled.mjs';

/** Three of them span enough of a slow fall, over twenty seconds, that it shows. */
export const stepSeconds = 2;
export const loadSecondsMax = 40;

/**
 * @param step gives the peer `stepSeconds` of load and resolves to its sample. @param stepsMax the most, settled or not.
 * @returns {{samples, settled}} of all steps in order, the first of a peer that had just started.
 */
export async function warmUp(step, stepsMax = loadSecondsMax / stepSeconds) {
  const samples = [];
  let settled = false;
  while (!settled && samples.length < stepsMax) {
    samples.push(await step());
    settled = hasSettled(samples.map(({ cpuMicrosPerRequest }) => cpuMicrosPerRequest));
  }
  return { samples, settled };
}
