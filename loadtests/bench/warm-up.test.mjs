import { describe, expect, it } from 'vitest';
import { stepsCompared } from './settled.mjs';
import { loadSecondsMax, stepSeconds, warmUp } from './warm-up.mjs';

const sampleOf = (cpuMicrosPerRequest) => ({ cpuMicrosPerRequest });

describe('a warm-up', () => {
  it('ends once the cost has settled, and tells what the first step cost', async () => {
    const costs = [360, 200, 160, 160, 160, 160, 160, 160, 160];
    const { samples, settled } = await warmUp(async () => sampleOf(costs.shift()));
    expect([samples.length, settled]).toEqual([2 * stepsCompared + 1, true]);
    expect(samples[0]).toEqual(sampleOf(360));
  });

  it('ends at its bound where the cost never settles', async () => {
    let cost = 1;
    const { samples, settled } = await warmUp(async () => {
      cost *= 2;
      return sampleOf(cost);
    });
    expect([samples.length * stepSeconds, settled]).toEqual([loadSecondsMax, false]);
  });

  it('is one step where a scenario allows no more', async () => {
    expect(await warmUp(async () => sampleOf(7), 1)).toEqual({ samples: [sampleOf(7)], settled: false });
  });
});
