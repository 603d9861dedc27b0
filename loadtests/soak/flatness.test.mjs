// Curves as V8 draws them, with a leak and without, seeded: what holds and what does not must not hang on the swing.
import { describe, expect, it } from 'vitest';
import { judgeMemory } from './flatness.mjs';
import { edgesOf, medianOf, medianSlopeOf, slopeOf } from './slope.mjs';

const minutes = 30;
const samplesASecond = 1;
const seeds = Array.from({ length: 200 }, (_, index) => index + 1);

/** Park and Miller's: the same numbers for the same seed. */
function randomOf(seed) {
  let state = seed * 7_919;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/**
 * A saw-tooth: from 80 MB up to about 130, back at each collection, whose period (10 to 40 s), reach and rest differ each time; the warm-up adds 15 MB.
 * @param floorMbPerHour what the rest after a collection grows by. @param peakMbPerHour what the reach grows by besides.
 */
function sawTooth(seed, floorMbPerHour, peakMbPerHour = 0) {
  const random = randomOf(seed);
  const samples = [];
  let begun = 0;
  let period = 25;
  let reach = 50;
  let rest = 0;
  for (let second = 0; second < minutes * 60; second += 1 / samplesASecond) {
    if (second - begun >= period) {
      begun = second;
      period = 10 + random() * 30;
      reach = 35 + random() * 15 + (peakMbPerHour * second) / 3_600;
      rest = random() * 2;
    }
    const warmUp = 15 * (1 - Math.exp(-second / 60));
    const leaked = (floorMbPerHour * second) / 3_600;
    samples.push([second / 60, 65 + warmUp + leaked + rest + (reach * (second - begun)) / period]);
  }
  return samples;
}

/** Seeds whose curve is judged so: a failing one is named. */
const judgedFlat = (flat, ...leak) =>
  seeds.filter((seed) => judgeMemory(sawTooth(seed, ...leak), minutes).flat === flat);

describe('the memory of a soak', () => {
  it('is flat where it only swings', () => {
    expect(judgedFlat(false, 0)).toEqual([]);
  });

  it('is not flat where 8 MB an hour leak', () => {
    expect(judgedFlat(true, 8)).toEqual([]);
  });

  it('is not flat where the peaks creep over a flat floor', () => {
    expect(judgedFlat(true, 0, 60)).toEqual([]);
  });

  it('is told by the floor within 3 MB an hour, where least squares over all samples are off by more', () => {
    const errors = seeds
      .map((seed) => judgeMemory(sawTooth(seed, 8), minutes))
      .map(({ floor, all }) => [floor - 8, all - 8]);
    expect(Math.max(...errors.map(([floor]) => Math.abs(floor)))).toBeLessThan(3);
    expect(Math.max(...errors.map(([, all]) => Math.abs(all)))).toBeGreaterThan(3);
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
