// Is memory flat? Resident memory swings by half with V8's collections, so that its two edges are judged, not its mean.
import { edgesOf, medianSlopeOf, slopeOf } from './slope.mjs';

/** The first part is left out: caches, compiled code and the heap grow to their size. */
export const settleShare = 0.2;
/** Of the floor, what is left after a collection. A leak of 8 MB an hour fails with room for the error of the fit. */
export const floorMaxMbPerHour = 5;
/** Of the peak, which is where in a collection's cycle a sample happened to be: a coarser figure, for a heap that is let grow. */
export const peakMaxMbPerHour = 24;
const partMinutes = 1;

/**
 * @param samples [minutes since the start, MB] in order, at least one a second. @param minutes of the whole run.
 * @returns {{floor, peak, all, lowMb, highMb, flat}} growth in MB an hour of the lowest and the highest sample of each minute (Theil-Sen) and of
 * all samples (least squares); the swing between the edges' ends; whether the bounds hold.
 */
export function judgeMemory(samples, minutes) {
  const settled = samples.filter(([atMinutes]) => atMinutes >= minutes * settleShare);
  const { low, high } = edgesOf(settled, partMinutes);
  const perHour = (slope) => slope * 60;
  const floor = perHour(medianSlopeOf(low));
  const peak = perHour(medianSlopeOf(high));
  return {
    floor,
    peak,
    all: perHour(slopeOf(settled)),
    lowMb: Math.min(...low.map(([, mb]) => mb)),
    highMb: Math.max(...high.map(([, mb]) => mb)),
    flat: floor <= floorMaxMbPerHour && peak <= peakMaxMbPerHour,
  };
}
