/** Buffers that are handed over: when they come back, and how many octets an output may hold. */

import { describe, expect, it } from 'vitest';
import { http2Limits } from '../limits.ts';
import { Gather } from './gather.ts';

const full = http2Limits.gatherBytes;

/** An output that tells when it has sent; `later` as TLS does. */
function outputOf(later: boolean) {
  const output = {
    held: 0,
    written: [] as Buffer[],
    write(bytes: Buffer): boolean {
      output.written.push(bytes);
      if (later) output.held += bytes.length;
      return bytes.length < 16_384;
    },
    drained: () => output.held === 0,
    requestFlush() {},
    close() {},
  };
  return output;
}

/** @returns the buffer that was filled. */
function hand(gather: Gather, octets: number): Buffer {
  const bytes = gather.room(octets);
  gather.at += octets;
  gather.flush();
  return bytes;
}

describe('an output that tells when it has sent', () => {
  it('is given one buffer again and again where it sends at once, and never counts as one that waits', () => {
    const gather = new Gather(outputOf(false));
    const first = hand(gather, full);
    for (let sent = 0; sent < http2Limits.aheadBytesMax * 4; sent += full) expect(hand(gather, full)).toBe(first);
    expect(gather.blocked).toBe(false);
  });

  it('may hold so many octets where it sends later; over them nothing more is made for it', () => {
    const output = outputOf(true);
    const gather = new Gather(output);
    for (let sent = full; sent <= http2Limits.aheadBytesMax; sent += full) hand(gather, full);
    expect(gather.blocked).toBe(false);
    hand(gather, full);
    expect(gather.blocked).toBe(true);
    output.held = 0;
    gather.drained();
    hand(gather, full);
    expect(gather.blocked).toBe(false);
  });

  it('keeps what it holds: no buffer is written to before all was sent', () => {
    const output = outputOf(true);
    const gather = new Gather(output);
    const lent = [hand(gather, full), hand(gather, full)];
    expect(lent.includes(gather.room(1))).toBe(false);
    gather.at += full;
    output.held = 0;
    gather.flush();
    expect(lent.includes(gather.room(1))).toBe(true);
  });

  it('gets small outputs as copies where it sends later', () => {
    const output = outputOf(true);
    const gather = new Gather(output);
    hand(gather, full);
    const bytes = gather.room(3);
    bytes.write('abc', gather.at, 'latin1');
    gather.at += 3;
    gather.flush();
    gather.room(3).write('xyz', 0, 'latin1');
    expect(output.written.at(-1)?.toString('latin1')).toBe('abc');
  });
});
