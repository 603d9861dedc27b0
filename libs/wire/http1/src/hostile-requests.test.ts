/** The table of hostile requests, and that no way to split them changes what is said of them. */

import { createSeededRandom } from '@weft/kernel';
import { describe, expect, it } from 'vitest';
import { hostileChunks, hostileFraming } from './testing/hostile-bodies.ts';
import { hostileFields, hostileHosts, hostileLines } from './testing/hostile-heads.ts';
import { requestTranscript } from './testing/transcript.ts';

const table = [...hostileLines, ...hostileFields, ...hostileHosts, ...hostileFraming, ...hostileChunks];

function brokenRule(octets: string): string | undefined {
  return / !([a-z-]+)$/.exec(requestTranscript(Buffer.from(octets, 'latin1'), []))?.[1];
}

describe('the strict parser', () => {
  it('knows at least 120 hostile requests', () => {
    expect(table.filter(([, , rule]) => rule !== undefined).length).toBeGreaterThanOrEqual(120);
    expect(new Set(table.map(([what]) => what)).size).toBe(table.length);
  });

  it.each(table)('%s', (_, octets, rule) => {
    expect(brokenRule(octets)).toBe(rule);
  });
});

describe('split points', () => {
  const short = table.filter(([, octets]) => octets.length < 1_000);
  const long = table.filter(([, octets]) => octets.length >= 1_000);

  it('change nothing: every request of the table, at every octet', () => {
    for (const [what, octets] of short) {
      const bytes = Buffer.from(octets, 'latin1');
      const whole = requestTranscript(bytes, []);
      for (let cut = 1; cut < bytes.length; cut += 1) {
        expect(requestTranscript(bytes, [cut]), `${what} cut at ${cut}`).toBe(whole);
      }
      const everywhere = Array.from({ length: bytes.length - 1 }, (_, i) => i + 1);
      expect(requestTranscript(bytes, everywhere), `${what} octet by octet`).toBe(whole);
    }
  });

  it('change nothing in long requests, cut at random', () => {
    const random = createSeededRandom(1);
    for (const [what, octets] of long) {
      const bytes = Buffer.from(octets, 'latin1');
      const whole = requestTranscript(bytes, []);
      for (let round = 0; round < 50; round += 1) {
        const cuts = randomCuts(random, bytes.length);
        expect(requestTranscript(bytes, cuts), `${what} cut at ${cuts.join()}`).toBe(whole);
      }
    }
  });

  it('change nothing in random streams of pipelined and damaged requests', () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const random = createSeededRandom(seed);
      const bytes = damage(random, pipeline(random));
      const whole = requestTranscript(bytes, []);
      for (let round = 0; round < 10; round += 1) {
        const cuts = randomCuts(random, bytes.length);
        expect(requestTranscript(bytes, cuts), `seed ${seed} cut at ${cuts.join()}`).toBe(whole);
      }
    }
  });
});

function randomCuts(random: () => number, length: number): number[] {
  const count = 1 + Math.floor(random() * 8);
  const cuts = Array.from({ length: count }, () => 1 + Math.floor(random() * (length - 1)));
  return [...new Set(cuts)].sort((a, b) => a - b);
}

function pipeline(random: () => number): Buffer {
  const fine = table.filter(([, octets, rule]) => rule === undefined && octets.length < 1_000);
  const count = 1 + Math.floor(random() * 4);
  const picked = Array.from({ length: count }, () => fine[Math.floor(random() * fine.length)]?.[1] ?? '');
  return Buffer.from(picked.join(''), 'latin1');
}

function damage(random: () => number, bytes: Buffer): Buffer {
  const marks = [0x00, 0x09, 0x0a, 0x0d, 0x20, 0x2c, 0x30, 0x3a, 0x3b, 0x7f, 0xff];
  const damaged = Buffer.from(bytes);
  const count = Math.floor(random() * 4);
  for (let i = 0; i < count; i += 1) {
    damaged[Math.floor(random() * damaged.length)] = marks[Math.floor(random() * marks.length)] ?? 0;
  }
  return damaged;
}
