/** Buffers of their own: what is lent out of them arrives as it was, on real sockets, and their number is bounded. */

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { createManualClock } from '@weft/kernel';
import { afterEach, describe, expect, it } from 'vitest';
import { upstreamLimits } from './limits.ts';
import { firstOctets, OwnBuffers, ownBuffers, sharedBuffer } from './read-buffers.ts';
import { splice } from './splice.ts';
import { Sweeper } from './sweeper.ts';
import { createSocketPairs } from './testing/socket-pairs.ts';
import { deafSink, type Wire } from './wire.ts';

const pairs = createSocketPairs();
const { pair } = pairs;

afterEach(pairs.stop);

/** No two pieces of it are alike. */
function patterned(length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let at = 0; at < length; at += 4) bytes.writeUInt32LE((at * 2_654_435_761) >>> 0, at);
  return bytes;
}

const hashOf = (...parts: Buffer[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
};

/** All that comes, by a reader that looks away now and then, so that the sender's system fills up. */
async function slowly(socket: Socket): Promise<string> {
  const hash = createHash('sha256');
  let reads = 0;
  socket.on('data', (chunk: Buffer) => {
    hash.update(chunk);
    reads += 1;
    if (reads % 4 !== 0) return;
    socket.pause();
    setImmediate(() => setImmediate(() => socket.resume()));
  });
  await once(socket, 'end');
  return hash.digest('hex');
}

async function closed(wire: Wire): Promise<void> {
  while (!wire.closed) await new Promise(setImmediate);
}

/** How many could be taken now. */
function left(): number {
  const taken: Buffer[] = [];
  for (let buffer = ownBuffers.take(); buffer !== undefined; buffer = ownBuffers.take()) taken.push(buffer);
  for (const buffer of taken) ownBuffers.giveBack(buffer);
  return taken.length;
}

async function joined() {
  const [a, b] = [await pair(), await pair()];
  const clock = createManualClock();
  let tell: () => void = () => {};
  const done = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const tunnel = splice(a.wire, b.wire, { clock, sweeper: new Sweeper(clock), idleTimeoutMs: 0, onDone: () => tell() });
  return { a, b, done, tunnel };
}

const size = 24 * 1_048_576;

describe('a splice that carries much', () => {
  it('gives every octet in its place, both ways at a time, however slowly it is read, and its buffers back', async () => {
    const bytes = patterned(size);
    const back = patterned(size).reverse();
    const { a, b, done } = await joined();
    const both = Promise.all([slowly(b.end), slowly(a.end)]);
    a.end.end(bytes);
    b.end.end(back);
    expect(await both).toEqual([hashOf(bytes), hashOf(back)]);
    await done;
    await Promise.all([closed(a.wire), closed(b.wire)]);
    expect(left()).toBe(upstreamLimits.ownBuffersMax);
  }, 20_000);

  it('does so while none of the buffers is left', async () => {
    const taken: Buffer[] = [];
    for (let buffer = ownBuffers.take(); buffer !== undefined; buffer = ownBuffers.take()) taken.push(buffer);
    expect(taken.length).toBe(upstreamLimits.ownBuffersMax);
    const bytes = patterned(size);
    const { a, b } = await joined();
    const got = slowly(b.end);
    a.end.end(bytes);
    expect(await got).toBe(hashOf(bytes));
    for (const buffer of taken) ownBuffers.giveBack(buffer);
  }, 20_000);

  it('takes no buffer back that is still sent from when it is stopped', async () => {
    const { a, b, tunnel } = await joined();
    b.end.pause();
    a.end.write(patterned(size));
    while (!b.wire.needsDrain) await new Promise(setImmediate);
    tunnel.stop();
    await Promise.all([closed(a.wire), closed(b.wire)]);
    expect(left()).toBe(upstreamLimits.ownBuffersMax);
  }, 20_000);
});

describe('a part of what was read', () => {
  it('is sent with what goes around it, in order, to one that reads slowly', async () => {
    const [from, to] = [await pair(), await pair()];
    const bytes = patterned(size);
    const expected = createHash('sha256');
    from.wire.sink = {
      ...deafSink,
      onData(chunk) {
        const [head, tail] = [`${chunk.length}\r\n`, '\r\n'];
        expected.update(head).update(chunk).update(tail);
        if (!to.wire.writePart(head, chunk, 0, chunk.length, tail)) from.wire.pause();
      },
      onEnd: () => to.wire.end(),
    };
    to.wire.sink = { ...deafSink, onDrain: () => from.wire.resume() };
    const got = slowly(to.end);
    from.end.end(bytes);
    expect(await got).toBe(expected.digest('hex'));
  }, 20_000);

  it('stays as it was where its reader goes on in spite of a false', async () => {
    const [from, to] = [await pair(), await pair()];
    const bytes = patterned(size);
    from.wire.sink = {
      ...deafSink,
      onData: (chunk) => void to.wire.writePart('', chunk, 0, chunk.length, ''),
      onEnd: () => to.wire.end(),
    };
    const got = slowly(to.end);
    from.end.end(bytes);
    expect(await got).toBe(hashOf(bytes));
  }, 20_000);
});

describe('own buffers', () => {
  it('are bounded, and used again where nothing is sent from them any more', () => {
    const buffers = new OwnBuffers(2);
    const [first, second] = [buffers.take(), buffers.take()];
    expect(first?.length).toBe(upstreamLimits.ownBufferBytes);
    expect(buffers.take()).toBeUndefined();
    buffers.giveBack(first as Buffer);
    expect(buffers.take()).toBe(first);
    buffers.leave();
    expect(buffers.take()).not.toBe(second);
  });

  it('are kept up to a bound', () => {
    const buffers = new OwnBuffers(upstreamLimits.ownBuffersKept + 1);
    const taken: Buffer[] = [];
    for (let buffer = buffers.take(); buffer !== undefined; buffer = buffers.take()) taken.push(buffer);
    for (const buffer of taken) buffers.giveBack(buffer);
    const again = taken.map(() => buffers.take());
    expect(taken.filter((buffer) => again.includes(buffer)).length).toBe(upstreamLimits.ownBuffersKept);
  });
});

describe('views of the shared buffer', () => {
  it('are kept, one for each length up to the bound', () => {
    const most = upstreamLimits.sharedViewBytesMax;
    const of = (length: number): Buffer => firstOctets(sharedBuffer(), length);
    const isKept = (length: number): boolean => {
      const view = of(length);
      return of(length) === view;
    };
    expect([1, most, most + 1].map(isKept)).toEqual([true, true, false]);
    expect([of(0).length, of(most).length, of(most + 1).length]).toEqual([0, most, most + 1]);
    expect(of(most).byteOffset).toBe(sharedBuffer().byteOffset);
  });

  it('are of no other buffer', () => {
    const other = Buffer.from('other');
    expect(firstOctets(other, 3).toString()).toBe('oth');
  });
});
