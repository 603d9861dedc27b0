/** Writes past a socket's stream: requests are used again only once the system has taken all, and what it refuses closes the wire. */

import type { Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { createSocketPairs } from './testing/socket-pairs.ts';
import { deafSink } from './wire.ts';
import { canWriteToHandles, type WriteHandle, writeToHandle } from './write-requests.ts';

const pairs = createSocketPairs();

afterEach(pairs.stop);

const handleOf = (socket: Socket): WriteHandle => (socket as unknown as { _handle: WriteHandle })._handle;

/** Requests that a handle is given, and how much it says is waiting after each. */
function scripted(waiting: readonly number[], error = 0) {
  const requests: unknown[] = [];
  const take = (request: unknown): number => {
    requests.push(request);
    return error;
  };
  const handle = {
    get writeQueueSize() {
      return waiting[requests.length - 1] as number;
    },
    writeLatin1String: take,
    writeBuffer: take,
  } as WriteHandle;
  return { handle, requests };
}

it('knows how this release of Node makes its requests', () => {
  expect(canWriteToHandles).toBe(true);
});

it('uses a request again, but not one that the system has yet to take', () => {
  const { handle, requests } = scripted([0, 0, 7, 9, 0, 0]);
  const waiting = ['a', 'b', 'c', Buffer.from('d'), 'e', 'f'].map((data) => writeToHandle(handle, data, () => {}));
  expect(waiting).toEqual([0, 0, 7, 9, 0, 0]);
  const [a, b, c, d, e, f] = requests;
  expect([b === a, c === a, d === c, e === c || e === d, f === e]).toEqual([true, true, false, false, true]);
  expect((d as { buffer: Buffer }).buffer.toString()).toBe('d');
});

it('gives a request that failed to nobody else', () => {
  const failing = scripted([], -32);
  expect(writeToHandle(failing.handle, 'a', () => {})).toBe(-32);
  const next = scripted([0]);
  writeToHandle(next.handle, 'b', () => {});
  expect(next.requests[0]).not.toBe(failing.requests[0]);
});

it('calls back once all has left, and every octet arrives', async () => {
  const { end, accepted } = await pairs.pair();
  const handle = handleOf(accepted);
  const pieces: Buffer[] = [];
  let calls = 0;
  const all = new Promise<void>((resolve) => {
    const done = (error?: Error | null): void => {
      expect(error ?? undefined).toBeUndefined();
      calls += 1;
      if (calls === 2) resolve();
    };
    // Two wait: the second behind the first, in a request of its own.
    for (let waits = 0; waits < 2; ) {
      const piece = Buffer.alloc(262_144, pieces.length);
      pieces.push(piece);
      if (writeToHandle(handle, piece, done) > 0) waits += 1;
    }
  });
  const sent = Buffer.concat(pieces);
  const got: Buffer[] = [];
  let length = 0;
  for await (const chunk of end) {
    got.push(chunk);
    length += chunk.length;
    if (length === sent.length) break;
  }
  await all;
  expect(calls).toBe(2);
  expect(Buffer.concat(got).equals(sent)).toBe(true);
});

it('closes a wire whose write the system refuses, and says why', async () => {
  const { wire, accepted } = await pairs.pair();
  const closed = new Promise<void>((resolve) => {
    wire.sink = { ...deafSink, onClose: resolve };
  });
  Object.assign(handleOf(accepted), { writeLatin1String: () => -32 });
  wire.write('nobody gets this');
  await closed;
  expect([wire.errorCode, wire.closed]).toEqual(['EPIPE', true]);
});
