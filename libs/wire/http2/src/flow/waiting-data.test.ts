import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { http2Limits } from '../limits.ts';
import { freeBlocks, giveBack, WaitingData } from './waiting-data.ts';

const block = http2Limits.frameBytesMax;

describe('data that waits', () => {
  it('comes out as it went in, however it is taken', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 3 * block }), { maxLength: 5 }),
        fc.infiniteStream(fc.integer({ min: 1, max: block })),
        (lengths, takes) => {
          const waiting = new WaitingData();
          const octets = Buffer.from(Array.from({ length: lengths.reduce((a, b) => a + b, 0) }, (_, at) => at % 251));
          let start = 0;
          const chunks = lengths.map((length) => {
            start += length;
            return octets.subarray(start - length, start);
          });
          for (const chunk of chunks) {
            waiting.append(Buffer.concat([Buffer.from('xx'), chunk, Buffer.from('x')]), 2, 2 + chunk.length);
          }
          const out: Buffer[] = [];
          for (let left = octets.length; left > 0; ) {
            const { bytes, from } = waiting;
            const to = bytes.length;
            expect(to - from).toBeLessThanOrEqual(block);
            const count = Math.min(to - from, takes.next().value);
            out.push(Buffer.from(bytes.subarray(from, from + count)));
            const done = waiting.take(count);
            if (done !== undefined) giveBack(done);
            left -= count;
          }
          expect(Buffer.concat(out).equals(octets)).toBe(true);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('lies in buffers that are used again, as many as are kept', () => {
    const waiting = new WaitingData();
    const many = http2Limits.waitingBlocksKept + 10;
    waiting.append(Buffer.alloc(many * block), 0, many * block);
    expect(freeBlocks()).toBe(0);
    waiting.drop();
    expect(freeBlocks()).toBe(http2Limits.waitingBlocksKept);
    waiting.append(Buffer.alloc(block), 0, block);
    expect(freeBlocks()).toBe(http2Limits.waitingBlocksKept - 1);
    const done = waiting.take(block);
    expect(freeBlocks()).toBe(http2Limits.waitingBlocksKept - 1);
    giveBack(done as Buffer);
    expect(freeBlocks()).toBe(http2Limits.waitingBlocksKept);
  });

  it('that is no whole block takes no more than it is', () => {
    const waiting = new WaitingData();
    const little = block - 1;
    waiting.append(Buffer.alloc(little), 0, little);
    expect(waiting.bytes.length).toBe(little);
    const kept = freeBlocks();
    giveBack(waiting.take(little) as Buffer);
    expect(freeBlocks()).toBe(kept);
  });
});
