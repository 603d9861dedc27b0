/** Scenarios from seeds: SIM_SEED repeats one, SIM_COUNT says how many, SIM_BASE from which seed on. */

import process from 'node:process';
import { describe, expect, it } from 'vitest';
import { runScenario } from './run-scenario.ts';

const { SIM_SEED, SIM_COUNT = '3000', SIM_BASE = '1' } = process.env;
const seeds =
  SIM_SEED === undefined
    ? Array.from({ length: Number(SIM_COUNT) }, (_, i) => Number(SIM_BASE) + i)
    : [Number(SIM_SEED)];
const batchSize = 500;

describe(`scenarios from seed ${seeds[0]} on`, () => {
  for (let from = 0; from < seeds.length; from += batchSize) {
    const batch = seeds.slice(from, from + batchSize);
    it(`hold: ${batch[0]} to ${batch.at(-1)}`, { timeout: 120_000 }, () => {
      const sum = { requests: 0, answered: 0 };
      for (const seed of batch) {
        const { requests, answered } = runScenario(seed);
        sum.requests += requests;
        sum.answered += answered;
      }
      // A simulation in which nothing works proves nothing.
      if (batch.length === batchSize) expect(sum.answered).toBeGreaterThan(sum.requests / 2);
    });
  }
});

describe('a seed', () => {
  it('makes the same scenario again, to the last read', () => {
    const tracesOf = (seed: number): readonly string[] => {
      const lines: string[] = [];
      runScenario(seed, (line) => lines.push(line));
      return lines;
    };
    for (const seed of [2, 3, 5]) {
      const first = tracesOf(seed);
      runScenario(seed + 100);
      expect(first.length).toBeGreaterThan(10);
      expect(tracesOf(seed)).toEqual(first);
    }
  });
});
