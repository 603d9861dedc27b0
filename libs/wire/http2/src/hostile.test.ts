/** The table of hostile conversations, and that no way to split them changes what is said of them. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type HostileConversation, hostileFrames } from './testing/hostile-frames.ts';
import { hostileBlocks, hostileFields, hostilePseudoHeaders } from './testing/hostile-heads.ts';
import { opening } from './testing/octets.ts';
import { outcomeOf } from './testing/outcome.ts';
import { serverTranscript } from './testing/transcript.ts';

const table: readonly HostileConversation[] = [
  ...hostileFrames,
  ...hostilePseudoHeaders,
  ...hostileFields,
  ...hostileBlocks,
];
const whole = ([, frames]: HostileConversation): Buffer => Buffer.concat([opening(), ...frames]);

describe('the strict server', () => {
  it('knows at least 100 hostile conversations', () => {
    expect(table.filter(([, , { kind }]) => kind !== 'accepted').length).toBeGreaterThanOrEqual(100);
    expect(new Set(table.map(([what]) => what)).size).toBe(table.length);
  });

  it.each(table)('%s', (...row) => {
    const { heard, sent } = serverTranscript(whole(row), []);
    expect(outcomeOf(sent), heard).toEqual(row[2]);
  });

  it('refuses a connection that does not begin with the preface', () => {
    const { sent } = serverTranscript(Buffer.from('GET / HTTP/1.1\r\nHost: a.test\r\n\r\n'), []);
    expect(outcomeOf(sent)).toEqual({ kind: 'connection', code: 1 });
  });

  it('refuses a connection that does not begin with SETTINGS', () => {
    const octets = opening().subarray(0, 24);
    const { sent } = serverTranscript(Buffer.concat([octets, ...(hostileFrames[0]?.[1] ?? [])]), []);
    expect(outcomeOf(sent)).toEqual({ kind: 'connection', code: 1 });
  });
});

/** What was heard and sent, as one text: it is compared thousands of times. */
const said = (octets: Buffer, cuts: readonly number[]): string => {
  const { heard, sent } = serverTranscript(octets, cuts);
  return `${heard}\n${sent.toString('hex')}`;
};

describe('split points', () => {
  it.each(table.filter((one) => whole(one).length < 2_000))('change nothing at any octet of: %s', (...row) => {
    const octets = whole(row);
    const once = said(octets, []);
    for (let cut = 1; cut < octets.length; cut += 1) expect(said(octets, [cut]), `cut at ${cut}`).toBe(once);
    const everywhere = Array.from({ length: octets.length - 1 }, (_, i) => i + 1);
    expect(said(octets, everywhere), 'octet by octet').toBe(once);
  });

  it('change nothing in long conversations and in damaged ones (the seed is printed)', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...table),
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 3 }),
        fc.array(fc.nat(), { maxLength: 12 }),
        (row, damage, points) => {
          const octets = whole(row);
          for (const [at, octet] of damage) octets[24 + (at % (octets.length - 24))] = octet;
          const cuts = [...new Set(points.map((point) => point % octets.length))].sort((a, b) => a - b);
          expect(said(octets, cuts)).toBe(said(octets, []));
        },
      ),
      { numRuns: 3_000 },
    );
  });
});
