/** Each limit of the codec, reached. */

import { describe, expect, it } from 'vitest';
import { http2Limits } from '../limits.ts';
import { type End, framesOf, openServer } from '../testing/ends.ts';
import { block, data, frame, get, indexed, open, request, setting, uint32 } from '../testing/octets.ts';
import { outcomeOf } from '../testing/outcome.ts';

const calm = { kind: 'connection', code: 11 };
const outcome = ({ wire, connection }: End) => {
  connection.flush();
  return outcomeOf(wire.octets);
};
const repeat = (count: number, each: (n: number) => Buffer): Buffer =>
  Buffer.concat(Array.from({ length: count }, (_, n) => each(n)));
const rst = (id: number): Buffer => frame(3, 0, id, uint32(8));
const ping = frame(6, 0, 0, '12345678');

describe('floods', () => {
  it('rapid reset: as many resets as allowed, then ENHANCE_YOUR_CALM', () => {
    const end = openServer();
    const pair = (n: number): Buffer => Buffer.concat([request(n * 2 + 1), rst(n * 2 + 1)]);
    end.connection.receive(repeat(http2Limits.resetsBurst, pair));
    expect(outcome(end).kind).toBe('nothing');
    end.connection.receive(pair(http2Limits.resetsBurst));
    expect(outcome(end)).toEqual(calm);
    expect(end.recorder.requests.length).toBe(http2Limits.resetsBurst + 1);
    expect(end.recorder.closed?.errorCode).toBe(11);
  });

  it('resets come back with time', () => {
    const end = openServer();
    const pair = (n: number): Buffer => Buffer.concat([request(n * 2 + 1), rst(n * 2 + 1)]);
    end.connection.receive(repeat(http2Limits.resetsBurst, pair));
    end.wire.nowMs += 1_000;
    end.connection.receive(repeat(http2Limits.resetsPerSecond, (n) => pair(http2Limits.resetsBurst + n)));
    expect(outcome(end).kind).toBe('nothing');
  });

  it('streams that we must reset count as well', () => {
    const end = openServer();
    end.connection.receive(
      repeat(http2Limits.resetsBurst + 1, (n) => Buffer.concat([open(n * 2 + 1), frame(8, 0, n * 2 + 1, uint32(0))])),
    );
    expect(outcome(end)).toEqual(calm);
  });

  it('CONTINUATION flood: frames without octets', () => {
    const end = openServer();
    const parts = repeat(http2Limits.continuationFramesMax, () => frame(9, 0, 1, ''));
    end.connection.receive(Buffer.concat([frame(1, 0, 1, block(...get)), parts]));
    expect(outcome(end).kind).toBe('nothing');
    end.connection.receive(frame(9, 0, 1, ''));
    expect(outcome(end)).toEqual(calm);
  });

  it('CONTINUATION flood: a block over its bound', () => {
    const end = openServer();
    const full = Buffer.alloc(http2Limits.frameBytesMax);
    end.connection.receive(Buffer.concat([frame(1, 0, 1, full), repeat(3, () => frame(9, 0, 1, full))]));
    expect(outcome(end).kind).toBe('nothing');
    end.connection.receive(frame(9, 0, 1, 'x'));
    expect(outcome(end)).toEqual(calm);
  });

  it('SETTINGS flood', () => {
    const end = openServer();
    end.connection.receive(repeat(http2Limits.settingsBurst - 1, () => frame(4, 0, 0, '')));
    expect(outcome(end).kind).toBe('nothing');
    end.connection.receive(frame(4, 0, 0, ''));
    expect(outcome(end)).toEqual(calm);
  });

  it('PING flood', () => {
    const end = openServer();
    end.connection.receive(repeat(http2Limits.pingsBurst, () => ping));
    expect(outcome(end).kind).toBe('nothing');
    end.connection.receive(ping);
    expect(outcome(end)).toEqual(calm);
  });

  it('PINGs between frames of data are no flood', () => {
    const end = openServer();
    end.connection.receive(open(1));
    end.connection.receive(repeat(http2Limits.pingsBurst * 2, () => Buffer.concat([ping, data(1, 'x', false)])));
    expect(outcome(end).kind).toBe('nothing');
  });

  it('a flood of unknown frames', () => {
    const end = openServer();
    end.connection.receive(repeat(http2Limits.pingsBurst + 1, () => frame(0x33, 0, 0, '')));
    expect(outcome(end)).toEqual(calm);
  });

  it('empty DATA flood, padded or not', () => {
    const end = openServer();
    end.connection.receive(open(1));
    end.connection.receive(
      repeat(http2Limits.emptyDataFramesMax, (n) => (n % 2 === 0 ? data(1, '', false) : frame(0, 8, 1, '\x01\0'))),
    );
    expect(outcome(end).kind).toBe('nothing');
    end.connection.receive(data(1, '', false));
    expect(outcome(end)).toEqual(calm);
  });

  it('PRIORITY flood', () => {
    const end = openServer();
    const priority = frame(2, 0, 1, `${uint32(0)}\x01`);
    end.connection.receive(repeat(http2Limits.priorityFramesPerStream, () => priority));
    expect(outcome(end).kind).toBe('nothing');
    end.connection.receive(priority);
    expect(outcome(end)).toEqual(calm);
  });

  it('a flood of tiny WINDOW_UPDATEs', () => {
    const end = openServer();
    end.connection.receive(open(1));
    const update = frame(8, 0, 1, uint32(1));
    end.connection.receive(repeat(http2Limits.windowUpdatesBurst + http2Limits.windowUpdatesPerFrame, () => update));
    expect(outcome(end).kind).toBe('nothing');
    end.connection.receive(update);
    expect(outcome(end)).toEqual(calm);
  });

  it('names of zero length: each is refused', () => {
    const end = openServer();
    end.connection.receive(frame(1, 5, 1, block(...get) + '\0\0\0'.repeat(50)));
    expect(outcome(end)).toEqual({ kind: 'stream', code: 1 });
    expect(end.recorder.requests.length).toBe(0);
  });

  it('an HPACK bomb ends the connection', () => {
    const end = openServer();
    const bomb = block(...get) + indexed('x-a', 'v'.repeat(4_000)) + '\xbe'.repeat(10_000);
    end.connection.receive(frame(1, 5, 1, bomb));
    expect(outcome(end)).toEqual(calm);
  });

  it('a list over the limit costs its stream, and the connection goes on', () => {
    const end = openServer({ headerListBytesMax: 500 });
    end.connection.receive(Buffer.concat([request(1, 'x-a', 'v'.repeat(500)), request(3)]));
    expect(outcome(end)).toEqual({ kind: 'stream', code: 2 });
    expect(end.recorder.requests.map(({ stream }) => stream.id)).toEqual([3]);
  });

  it('one stream more than allowed is refused, and may be sent again', () => {
    const end = openServer({ maxConcurrentStreams: 2 });
    end.connection.receive(Buffer.concat([open(1), open(3), open(5)]));
    end.connection.flush();
    expect(framesOf(end.wire.octets, 3).map(({ id, payload }) => [id, payload[3]])).toEqual([[5, 7]]);
    expect(end.connection.openStreams).toBe(2);
  });

  it('default limit of streams', () => {
    const end = openServer();
    end.connection.receive(repeat(http2Limits.concurrentStreamsMax + 1, (n) => open(n * 2 + 1)));
    end.connection.flush();
    expect(end.recorder.requests.length).toBe(http2Limits.concurrentStreamsMax);
  });
});

describe('a peer that does not read', () => {
  it('is cut off when too many control frames wait for it', () => {
    const end = openServer();
    end.wire.takes = false;
    end.connection.receive(ping);
    end.connection.flush();
    end.connection.receive(open(1));
    for (let n = 0; n <= http2Limits.blockedControlFramesMax && end.recorder.closed === undefined; n += 1) {
      end.connection.receive(Buffer.concat([ping, data(1, 'x', false)]));
    }
    expect(end.recorder.closed?.errorCode).toBe(11);
    expect(end.wire.closed).toBe(true);
  });

  it('is cut off when too many octets wait for it', () => {
    const end = openServer();
    end.wire.takes = false;
    end.connection.receive(Buffer.concat([ping, repeat(40, (n) => request(n * 2 + 1))]));
    end.connection.flush();
    for (const { stream } of end.recorder.requests) stream.respond(200, ['x-a', 'v'.repeat(30_000)], false);
    end.connection.flush();
    expect(end.recorder.closed?.errorCode).toBe(11);
  });

  it('holds back data beyond the high-water marks of stream and connection', () => {
    const end = openServer();
    end.wire.takes = false;
    end.connection.receive(Buffer.concat([ping, repeat(200, (n) => request(n * 2 + 1))]));
    end.connection.flush();
    const half = Buffer.alloc(http2Limits.streamQueueBytes / 2);
    const first = end.recorder.requests[0]?.stream;
    first?.respond(200, [], false);
    expect(first?.data(half, 0, half.length, false)).toBe(true);
    expect(first?.data(half, 0, half.length, false)).toBe(true);
    expect(first?.data(half, 0, 1, false)).toBe(false);
    let held = 0;
    for (const { stream } of end.recorder.requests.slice(1)) {
      held += half.length;
      if (!stream.data(half, 0, half.length, false)) break;
    }
    expect(held).toBeLessThanOrEqual(http2Limits.connectionQueueBytes);
    expect(held).toBeGreaterThan(http2Limits.connectionQueueBytes / 2);
  });

  it('a window that never opens: data waits, bounded, and goes when the stream is reset', () => {
    const end = openServer();
    end.connection.receive(Buffer.concat([frame(4, 0, 0, setting(4, 0)), request(1)]));
    const stream = end.recorder.requests[0]?.stream;
    stream?.respond(200, [], false);
    const full = Buffer.alloc(http2Limits.streamQueueBytes + 1);
    expect(stream?.data(full, 0, full.length, false)).toBe(false);
    stream?.reset(8);
    end.connection.receive(frame(4, 0, 0, setting(4, 65_535)));
    end.connection.flush();
    expect(framesOf(end.wire.octets, 0)).toEqual([]);
    expect(end.connection.openStreams).toBe(0);
  });
});
