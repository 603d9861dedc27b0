import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { http2Limits } from '../limits.ts';
import { freeBlocks, giveBack, WaitingData } from './waiting-data.ts';

const block = http2Limits.frameBytesMax;

describe('data that waits', () => {
  it('comes out as it went in, however it is taken', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.integer({ min: 1, max: 3 * block }), fc.integer({ min: 1, max: 100 })), { maxLength: 8 }),
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
            const { bytes, from, to } = waiting;
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

  it('that comes at once takes no more than it is, or a block of which some is empty', () => {
    const waiting = new WaitingData();
    const little = block - 1;
    waiting.append(Buffer.alloc(little), 0, little);
    expect(waiting.held).toBe(little);
    const kept = freeBlocks();
    giveBack(waiting.take(little) as Buffer);
    expect([freeBlocks(), waiting.held]).toEqual([kept, 0]);
  });

  it.each([1, 7, 100, 5_000, block - 1])(
    'that comes %i octets at a time takes less than three times what it is',
    (count) => {
      const waiting = new WaitingData();
      const bytes = Buffer.alloc(count);
      for (let octets = count; octets <= http2Limits.streamQueueBytes; octets += count) {
        waiting.append(bytes, 0, count);
        expect(waiting.held).toBeLessThan(3 * octets);
      }
      waiting.drop();
    },
  );
});
