// Is memory flat? Resident memory swings by half with V8's collections, in cycles of seconds and of a quarter of an hour, so that no line through it tells.
import { edgesOf, medianSlopeOf, slopeOf } from './slope.mjs';

/** The first part is left out: caches, compiled code and the heap grow to their size. */
export const settleShare = 0.2;
/** Of what lives after a full collection, and of what is resident outside of V8's heap. A leak of 8 MB an hour fails with room for the error of the fit. */
export const growthMaxMbPerHour = 5;
/** Of the highest of each minute: where in a collection's cycle a sample happened to be makes it a coarser figure. */
export const peakMaxMbPerHour = 24;
/** Fewer show nothing. */
export const collectionsMin = 10;
const partMinutes = 1;

/**
 * @param samples [minutes since the start, resident MB] in order, about one a second.
 * @param collections {atMinutes, liveMb, outsideMb} each minute, see collections.mjs. @param minutes of the whole run.
 * @returns growth in MB an hour by Theil and Sen: `live`, `outside`, `peak` (of each minute), which are judged; `floor` (of each minute) and
 * `all` (least squares), which are not; the swing; whether the bounds hold.
 */
export function judgeMemory(samples, collections, minutes) {
  const settledFrom = minutes * settleShare;
  const settled = samples.filter(([atMinutes]) => atMinutes >= settledFrom);
  const counted = collections.filter(({ atMinutes }) => atMinutes >= settledFrom);
  const { low, high } = edgesOf(settled, partMinutes);
  const perHour = (points) => medianSlopeOf(points) * 60;
  const live = perHour(counted.map(({ atMinutes, liveMb }) => [atMinutes, liveMb]));
  const outside = perHour(counted.map(({ atMinutes, outsideMb }) => [atMinutes, outsideMb]));
  const peak = perHour(high);
  const grows = Math.max(live, outside) > growthMaxMbPerHour || peak > peakMaxMbPerHour;
  return {
    live,
    outside,
    peak,
    floor: perHour(low),
    all: slopeOf(settled) * 60,
    lowMb: Math.min(...low.map(([, mb]) => mb)),
    highMb: Math.max(...high.map(([, mb]) => mb)),
    collections: counted.length,
    flat: !grows && counted.length >= collectionsMin,
  };
}
