/** Writes past a socket's stream: requests are used again only once the system has taken all, and what it refuses closes the wire. */

import { mkdtempSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSocketPairs, type SocketPair } from './testing/socket-pairs.ts';
import { deafSink } from './wire.ts';
import {
  canWriteToHandles,
  type WriteHandle,
  type WriteRequest,
  writeTaken,
  writeToHandle,
  writeWaits,
} from './write-requests.ts';

const pairs = createSocketPairs();

afterEach(pairs.stop);

const handleOf = (socket: Socket): WriteHandle => (socket as unknown as { _handle: WriteHandle })._handle;

/** @param waits of each write whether it is still under way when it returns; the last one must be, or real handles would be given a scripted request. */
function scripted(waits: readonly boolean[], error = 0) {
  const requests: WriteRequest[] = [];
  const take = (request: WriteRequest): number => {
    const pending = waits[requests.length] === true;
    requests.push(request);
    Object.assign(request, { getAsyncId: () => (pending ? 7 : -1) });
    return error;
  };
  return { handle: { writeLatin1String: take, writeBuffer: take } satisfies WriteHandle, requests };
}

/** The most pieces that a test waits for a full system with: 50 MB. */
const piecesMax = 200;

/** Writes pieces until one waits, and one more behind it. @returns the pieces, and how often each was called back. */
function fill(handle: WriteHandle) {
  const pieces: Buffer[] = [];
  const outcomes: number[] = [];
  const calls: number[] = [];
  const failures: unknown[] = [];
  while (outcomes.filter((outcome) => outcome === writeWaits).length < 2 && pieces.length < piecesMax) {
    const index = pieces.push(Buffer.alloc(262_144, pieces.length)) - 1;
    calls.push(0);
    const done = (failure?: Error | null): void => {
      calls[index] = (calls[index] as number) + 1;
      if (failure) failures.push(failure);
    };
    outcomes.push(writeToHandle(handle, pieces[index] as Buffer, done));
  }
  return { sent: Buffer.concat(pieces), outcomes, calls, failures };
}

async function read(end: Socket, length: number): Promise<Buffer> {
  const got: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of end) {
    got.push(chunk);
    bytes += chunk.length;
    if (bytes >= length) break;
  }
  return Buffer.concat(got);
}

/** What had waited is called back in the turn in which it left, or the next. */
const turns = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(() => setImmediate(resolve));
  });

it('knows how this release of Node makes its requests', () => {
  expect(canWriteToHandles).toBe(true);
});

describe('a request', () => {
  it('is used again, but not while the system has yet to take what it stands for', () => {
    const { handle, requests } = scripted([false, false, true, true, false, true]);
    const outcomes = ['a', 'b', 'c', Buffer.from('d'), 'e', 'f'].map((data) => writeToHandle(handle, data, () => {}));
    expect(outcomes).toEqual([writeTaken, writeTaken, writeWaits, writeWaits, writeTaken, writeWaits]);
    const [a, b, c, d, e, f] = requests;
    expect([b === a, c === a, d === c, e === c || e === d, f === e]).toEqual([true, true, false, false, true]);
    expect(d?.buffer?.toString()).toBe('d');
  });

  it('that failed is given to nobody else', () => {
    const failing = scripted([], -32);
    expect(writeToHandle(failing.handle, 'a', () => {})).toBe(-32);
    const next = scripted([true]);
    writeToHandle(next.handle, 'b', () => {});
    expect(next.requests[0]).not.toBe(failing.requests[0]);
  });
});

describe.each(['TCP', 'a Unix socket'])('over %s', (kind) => {
  let folder = '';

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'weft-writes-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const pair = (name: string): Promise<SocketPair> => pairs.pair(kind === 'TCP' ? undefined : join(folder, name));

  it('calls back once for what waited and never for the rest, another connection writes meanwhile, and every octet arrives', async () => {
    const [full, other] = [await pair('full'), await pair('other')];
    const { sent, outcomes, calls, failures } = fill(handleOf(full.accepted));
    expect(outcomes.slice(-1)).toEqual([writeWaits]);
    let late = 0;
    expect(
      writeToHandle(handleOf(other.accepted), 'meanwhile', () => {
        late += 1;
      }),
    ).toBe(writeTaken);
    expect((await read(full.end, sent.length)).equals(sent)).toBe(true);
    expect((await read(other.end, 9)).toString()).toBe('meanwhile');
    await turns();
    expect(calls).toEqual(outcomes.map((outcome) => (outcome === writeWaits ? 1 : 0)));
    expect([late, failures]).toEqual([0, []]);
  });
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
