/** Flow control of both directions: credit, growth, fairness, and one write for each flush. */

import { describe, expect, it } from 'vitest';
import { FrameWriter } from '../frames/frame-writer.ts';
import { Gather } from '../frames/gather.ts';
import { HpackEncoder } from '../hpack/encoder.ts';
import { http2Limits } from '../limits.ts';
import { silent } from '../streams/silent-sink.ts';
import { Stream, type StreamHost } from '../streams/stream.ts';
import { ask, framesOf, openPair, openServer } from '../testing/ends.ts';
import { data, frame, open, request, setting, uint32 } from '../testing/octets.ts';
import { Wire } from '../testing/transcript.ts';
import { Bandwidth } from './bandwidth.ts';
import { Receiver } from './receiver.ts';

const updates = (octets: Buffer) =>
  framesOf(octets, 8).map(({ id, payload }) => [id, payload.readUInt32BE(0)] as const);

describe('what is received', () => {
  it('credits the connection as data arrives, also for a paused stream', () => {
    const end = openServer({ initialStreamWindow: 1_048_576, initialConnectionWindow: 65_535 });
    end.connection.receive(open(1));
    end.recorder.requests[0]?.stream.pause();
    end.wire.sent.length = 0;
    for (let i = 0; i < 6; i += 1) end.connection.receive(data(1, 'x'.repeat(16_000), false));
    end.connection.flush();
    expect(updates(end.wire.octets).map(([id]) => id)).toEqual([0, 0]);
  });

  it('credits a stream when it is resumed', () => {
    const end = openServer({ initialStreamWindow: 20_000 });
    end.connection.receive(Buffer.concat([frame(4, 1, 0, ''), open(1)]));
    const stream = end.recorder.requests[0]?.stream;
    stream?.pause();
    end.connection.receive(data(1, 'x'.repeat(16_000), false));
    end.connection.flush();
    expect(updates(end.wire.octets).filter(([id]) => id === 1)).toEqual([]);
    stream?.resume();
    end.connection.flush();
    expect(updates(end.wire.octets).filter(([id]) => id === 1)).toEqual([[1, 16_000]]);
  });

  it('ends a stream that sends more than its window, and a connection that does', () => {
    const end = openServer({ initialStreamWindow: 100 });
    end.connection.receive(Buffer.concat([frame(4, 1, 0, ''), open(1)]));
    end.recorder.requests[0]?.stream.pause();
    end.connection.receive(Buffer.concat([data(1, 'x'.repeat(100), false), data(1, 'x', false)]));
    expect(end.recorder.requests[0]?.recorder.reset).toMatchObject({ errorCode: 3, kind: 'violation' });
    expect(end.recorder.closed).toBeUndefined();
  });

  it('a window that was made smaller counts from the acknowledgement on', () => {
    const end = openServer({ initialStreamWindow: 100 });
    end.connection.receive(Buffer.concat([open(1), data(1, 'x'.repeat(16_000), false)]));
    expect(end.recorder.requests[0]?.recorder.bodyBytes).toBe(16_000);
  });

  it('a window that was made smaller is credited, where all that it had came before', () => {
    const end = openServer({ initialStreamWindow: 1_000 });
    end.connection.receive(open(1));
    // Over half of the window is credited at once; what comes after that is not.
    for (let left = 65_535; left > 0; left -= 16_000) {
      end.connection.receive(data(1, 'x'.repeat(Math.min(16_000, left)), false));
    }
    end.connection.flush();
    const before = updates(end.wire.octets).filter(([id]) => id === 1);
    end.connection.receive(frame(4, 1, 0, ''));
    end.connection.flush();
    const after = updates(end.wire.octets).filter(([id]) => id === 1);
    const given = after.reduce((sum, [, octets]) => sum + octets, 0);
    expect(after.length).toBe(before.length + 1);
    // The peer counts from its default less what our SETTINGS took.
    expect(1_000 - 65_535 + given).toBe(1_000);
  });

  it('a window grows up to its cap, and is measured no more then', () => {
    const bandwidth = new Bandwidth(() => 0, 65_535);
    while (bandwidth.measure()) {
      bandwidth.arrive(bandwidth.window);
      bandwidth.measured();
    }
    expect(bandwidth.window).toBe(http2Limits.streamWindowBytesMax);
  });

  it('is measured rarely while nothing grows', () => {
    let nowMs = 0;
    const bandwidth = new Bandwidth(() => nowMs, 65_535);
    let measured = 0;
    for (; measured < 100 && bandwidth.measure(); measured += 1) bandwidth.measured();
    expect(measured).toBe(4);
    nowMs += 1_000;
    expect(bandwidth.measure()).toBe(true);
  });

  it('the windows of all streams grow by a bounded sum, which ended streams give back', () => {
    const wire = new Wire();
    const writer = new FrameWriter(new Gather(wire.options().output), new HpackEncoder());
    const receiver = new Receiver(writer, () => 0, 1_048_576, 65_535);
    receiver.bandwidth.window = http2Limits.streamWindowBytesMax;
    const streams = Array.from({ length: 10 }, (_, i) => new Stream(i * 2 + 1, silent, {} as StreamHost, 0, 65_535));
    const grow = (stream: Stream): void => {
      stream.receiveWindow = 0;
      receiver.credit(stream);
    };
    for (const stream of streams) grow(stream);
    const grown = streams.filter(({ windowTarget }) => windowTarget > 65_535).length;
    expect(grown).toBe(Math.floor(http2Limits.windowGrowthBytesMax / (http2Limits.streamWindowBytesMax - 65_535)));
    receiver.end(streams[0] as Stream);
    grow(streams[9] as Stream);
    expect(streams[9]?.windowTarget).toBe(http2Limits.streamWindowBytesMax);
  });

  it('carries 16 MiB on one stream', () => {
    const { client, server, settle } = openPair();
    const { stream } = ask(client.connection, { method: 'POST' }, false);
    const part = Buffer.alloc(4 * http2Limits.streamWindowBytesMax);
    stream.data(part, 0, part.length, true);
    settle();
    const seen = server.recorder.requests[0]?.recorder;
    expect(seen?.bodyBytes).toBe(part.length);
    expect(seen?.ended).toBe(true);
    expect(client.connection.openStreams).toBe(1);
  });

  it('asks for the round trip only while much arrives, and gives larger credit after it', () => {
    const end = openServer();
    end.connection.receive(open(1));
    const push = (parts: number): void => {
      for (let i = 0; i < parts; i += 1) end.connection.receive(frame(0, 0, 1, Buffer.alloc(16_384)));
      end.connection.flush();
    };
    push(7);
    expect(framesOf(end.wire.octets, 6)).toEqual([]);
    push(1);
    const ping = framesOf(end.wire.octets, 6)[0];
    expect(ping?.payload.toString()).toBe('weft-bdp');
    push(15);
    end.wire.sent.length = 0;
    end.connection.receive(frame(6, 1, 0, 'weft-bdp'));
    push(10);
    const largest = Math.max(
      ...updates(end.wire.octets)
        .filter(([id]) => id === 1)
        .map(([, credit]) => credit),
    );
    expect(largest).toBeGreaterThan(http2Limits.streamWindowBytes);
  });
});

describe('what is sent', () => {
  it('one flush makes one write', () => {
    const end = openServer();
    end.wire.writes = 0;
    end.connection.receive(Buffer.concat([request(1), request(3), request(5)]));
    for (const { stream } of end.recorder.requests) {
      stream.respond(200, [], false);
      stream.text('body', true);
    }
    expect(end.wire.writes).toBe(0);
    expect(end.wire.flushesAsked).toBe(2);
    end.connection.flush();
    expect(end.wire.writes).toBe(1);
    expect(framesOf(end.wire.octets, 0).length).toBe(3);
  });

  it('a full buffer is handed over, and nothing is lost', () => {
    const { client, server, settle } = openPair({ initialStreamWindow: 1_048_576 });
    const { recorder } = ask(client.connection);
    settle();
    const body = Buffer.alloc(300_000, 'abcdefg');
    server.recorder.requests[0]?.stream.respond(200, [], false);
    server.recorder.requests[0]?.stream.data(body, 0, body.length, true);
    expect(server.wire.sent.length).toBeGreaterThan(1);
    settle();
    expect(Buffer.concat(recorder.body).equals(body)).toBe(true);
  });

  it('serves streams in turn: a long one does not starve the others', () => {
    const end = openServer();
    end.connection.receive(Buffer.concat([frame(4, 0, 0, setting(4, 10_000_000)), request(1), request(3), request(5)]));
    const long = Buffer.alloc(200_000);
    for (const { stream } of end.recorder.requests) {
      stream.respond(200, [], false);
      stream.data(long, 0, stream.id === 1 ? 200_000 : 40_000, true);
    }
    end.connection.flush();
    end.wire.sent.length = 0;
    end.connection.receive(frame(8, 0, 0, uint32(16_384 * 6)));
    end.connection.flush();
    expect(framesOf(end.wire.octets, 0).map(({ id }) => id)).toEqual([1, 3, 5, 1, 3, 5]);
  });

  it('a stream without a window does not hold back another', () => {
    const end = openServer();
    end.connection.receive(
      Buffer.concat([frame(4, 0, 0, setting(4, 10)), request(1), request(3), frame(8, 0, 3, uint32(1_000))]),
    );
    const [first, second] = end.recorder.requests;
    const body = Buffer.alloc(500);
    first?.stream.data(body, 0, 500, true);
    second?.stream.data(body, 0, 500, true);
    end.connection.flush();
    expect(framesOf(end.wire.octets, 0).map(({ id, payload }) => [id, payload.length])).toEqual([
      [1, 10],
      [3, 500],
    ]);
  });

  it('a stream whose window SETTINGS take away while it waits for the connection goes on when both are back', () => {
    const end = openServer();
    end.connection.receive(Buffer.concat([request(1), request(3)]));
    const [first, second] = end.recorder.requests;
    const body = Buffer.alloc(65_535);
    second?.stream.data(body, 0, 1_000, false);
    first?.stream.data(body, 0, 64_535, false);
    second?.stream.data(body, 0, 500, true);
    end.connection.receive(Buffer.concat([frame(4, 0, 0, setting(4, 100)), frame(8, 0, 0, uint32(60_000))]));
    end.connection.flush();
    end.wire.sent.length = 0;
    end.connection.receive(frame(8, 0, 3, uint32(900)));
    expect(framesOf(end.wire.octets, 0)).toEqual([]);
    end.connection.receive(frame(8, 0, 3, uint32(500)));
    end.connection.flush();
    expect(framesOf(end.wire.octets, 0).map(({ id, payload }) => [id, payload.length])).toEqual([[3, 500]]);
  });

  it('a frame that has left is not made longer, though its memory is used again', () => {
    const end = openServer();
    end.connection.receive(Buffer.concat([request(1), request(3)]));
    const [first, second] = end.recorder.requests;
    first?.stream.respond(200, [], false);
    end.connection.flush();
    first?.stream.data(Buffer.from('abcd'), 0, 4, false);
    end.connection.flush();
    end.wire.sent.length = 0;
    // As long as the frame of data that stood there.
    second?.stream.reset(8);
    first?.stream.data(Buffer.from('efgh'), 0, 4, false);
    end.connection.flush();
    expect(framesOf(end.wire.octets, 3).map(({ id }) => id)).toEqual([3]);
    expect(framesOf(end.wire.octets, 0).map(({ payload }) => payload.toString())).toEqual(['efgh']);
  });

  it('tells of room again, and sends trailers after the data that waited', () => {
    const end = openServer();
    end.connection.receive(Buffer.concat([frame(4, 0, 0, setting(4, 0)), request(1)]));
    const seen = end.recorder.requests[0];
    const body = Buffer.alloc(70_000);
    seen?.stream.respond(200, [], false);
    expect(seen?.stream.data(body, 0, 60_000, false)).toBe(true);
    expect(seen?.stream.data(body, 0, 10_000, false)).toBe(false);
    end.connection.receive(frame(8, 0, 1, uint32(50_000)));
    expect(seen?.recorder.drains).toBe(1);
    seen?.stream.trailers(['grpc-status', '0']);
    end.connection.receive(frame(8, 0, 1, uint32(50_000)));
    end.connection.receive(frame(8, 0, 0, uint32(50_000)));
    end.connection.flush();
    const sent = framesOf(end.wire.octets, 0);
    expect(sent.reduce((sum, { payload }) => sum + payload.length, 0)).toBe(70_000);
    expect(framesOf(end.wire.octets, 1).map(({ flags }) => flags)).toEqual([4, 5]);
    expect(end.connection.openStreams).toBe(0);
  });

  it('waits while the output takes nothing, and goes on after', () => {
    const end = openServer();
    end.connection.receive(request(1));
    end.wire.takes = false;
    const stream = end.recorder.requests[0]?.stream;
    stream?.respond(200, [], false);
    end.connection.flush();
    const before = end.wire.writes;
    stream?.data(Buffer.alloc(1_000), 0, 1_000, true);
    end.connection.flush();
    expect(end.wire.writes).toBe(before);
    end.wire.takes = true;
    end.connection.onOutputDrain();
    expect(framesOf(end.wire.octets, 0).map(({ payload }) => payload.length)).toEqual([1_000]);
    expect(end.connection.openStreams).toBe(0);
  });
});
