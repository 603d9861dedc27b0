// Curves as V8 draws them, with a leak and without, seeded: what holds and what does not must not hang on the swing.
import { describe, expect, it } from 'vitest';
import { collectionsMin, growthMaxMbPerHour, judgeMemory } from './flatness.mjs';
import { edgesOf, medianOf, medianSlopeOf, slopeOf } from './slope.mjs';

const minutes = 30;
const seeds = Array.from({ length: 100 }, (_, index) => index + 1);

/** Park and Miller's: the same numbers for the same seed. */
function randomOf(seed) {
  let state = seed * 7_919;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** What grows, in MB an hour; nothing: memory is flat. */
const none = { heap: 0, native: 0, reach: 0 };

/**
 * As sidecars were seen: resident memory climbs to where V8 collects (10 to 40 s, about 45 MB over what lives), and falls not to what lives but
 * to what pages are held, which are given back each quarter of an hour only (up to 20 MB). The warm-up adds 15 MB. Each minute tells what lives
 * and what is outside, within 1 and 1.5 MB.
 */
function run(seed, leak) {
  const random = randomOf(seed);
  const samples = [];
  const collections = [];
  const cycle = 600 + random() * 600;
  const phase = random() * cycle;
  let begun = 0;
  let period = 25;
  let reach = 45;
  for (let second = 0; second < minutes * 60; second += 1) {
    const hours = second / 3_600;
    if (second - begun >= period) {
      begun = second;
      period = 10 + random() * 30;
      reach = 40 + random() * 10 + leak.reach * hours;
    }
    const live = 25 + 15 * (1 - Math.exp(-second / 60)) + leak.heap * hours;
    const outside = 40 + leak.native * hours;
    const held = (20 * ((second + phase) % cycle)) / cycle;
    samples.push([second / 60, live + outside + held + ((reach - held) * (second - begun)) / period]);
    if (second % 60 === 59)
      collections.push({ atMinutes: second / 60, liveMb: live + random(), outsideMb: outside + random() * 1.5 });
  }
  return { samples, collections };
}

const judge = (seed, leak) => {
  const { samples, collections } = run(seed, leak);
  return judgeMemory(samples, collections, minutes);
};
/** Seeds whose run is judged so: a failing one is named. */
const judged = (flat, leak) => seeds.filter((seed) => judge(seed, { ...none, ...leak }).flat === flat);

describe('the memory of a soak', () => {
  it('is flat where it only swings', () => {
    expect(judged(false, {})).toEqual([]);
  });

  it('is not flat where 8 MB an hour of objects leak', () => {
    expect(judged(true, { heap: 8 })).toEqual([]);
  });

  it('is not flat where 8 MB an hour leak outside of the heap', () => {
    expect(judged(true, { native: 8 })).toEqual([]);
  });

  it('is not flat where the peaks creep over what lives', () => {
    expect(judged(true, { reach: 60 })).toEqual([]);
  });

  it('is told by what lives within 2 MB an hour, where lines through what is resident are off by more than the bound', () => {
    const leak = { ...none, heap: 8 };
    const off = (of) => Math.max(...seeds.map((seed) => Math.abs(judge(seed, leak)[of] - 8)));
    expect(off('live')).toBeLessThan(2);
    expect(off('floor')).toBeGreaterThan(growthMaxMbPerHour);
    expect(off('all')).toBeGreaterThan(growthMaxMbPerHour);
  });

  it('is not flat where too few collections were seen', () => {
    const { samples, collections } = run(1, none);
    expect(judgeMemory(samples, collections.slice(-(collectionsMin - 1)), minutes).flat).toBe(false);
    expect(judgeMemory(samples, collections.slice(-collectionsMin), minutes).flat).toBe(true);
  });
});

describe('lines through points', () => {
  const line = Array.from({ length: 20 }, (_, x) => [x, 3 * x + 1]);

  it('are found by both ways', () => {
    expect(slopeOf(line)).toBeCloseTo(3);
    expect(medianSlopeOf(line)).toBeCloseTo(3);
    expect([slopeOf([]), medianSlopeOf([[1, 1]])]).toEqual([0, 0]);
  });

  it('are not bent by a few wild points where the median counts', () => {
    const wild = line.map(([x, y]) => [x, x % 5 === 4 ? y + 1_000 : y]);
    expect(medianSlopeOf(wild)).toBeCloseTo(3);
    expect(slopeOf(wild)).not.toBeCloseTo(3);
  });

  it('have an edge below and one above', () => {
    const points = [
      [0, 5],
      [0.5, 1],
      [1, 7],
      [1.2, 9],
      [3, 2],
    ];
    expect(edgesOf(points, 1)).toEqual({
      low: [
        [0.5, 1],
        [1, 7],
        [3, 2],
      ],
      high: [
        [0, 5],
        [1.2, 9],
        [3, 2],
      ],
    });
    expect([medianOf([]), medianOf([3, 1, 2]), medianOf([4, 1, 2, 3])]).toEqual([0, 2, 2.5]);
  });
});
