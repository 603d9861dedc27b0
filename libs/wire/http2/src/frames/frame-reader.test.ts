/** Frames of data that come together are passed on as one, however the octets were split. */

import { describe, expect, it } from 'vitest';
import { http2Limits } from '../limits.ts';
import { FrameReader } from './frame-reader.ts';
import { DATA, END_STREAM, PADDED } from './frame-types.ts';

function frame(streamId: number, flags: number, payload: string): Buffer {
  const bytes = Buffer.alloc(9 + payload.length);
  bytes.writeUIntBE(payload.length, 0, 3);
  bytes[3] = DATA;
  bytes[4] = flags;
  bytes.writeUInt32BE(streamId, 5);
  bytes.write(payload, 9, 'latin1');
  return bytes;
}

/** What a handler was told: "stream:data", "$" where the stream ended with it; frames, and octets for the windows. */
function read(chunks: readonly Buffer[], { stopAfter = 1_000, room = 10_000 } = {}) {
  const told: string[] = [];
  const seen = { frames: 0, whole: 0, octets: 0, error: '' };
  let stream = 0;
  const reader = new FrameReader(
    {
      get stopped() {
        return seen.frames >= stopAfter;
      },
      onFrame() {},
      onDataFrame(streamId, _flags, length) {
        stream = streamId;
        seen.frames += 1;
        seen.octets += length;
      },
      onDataPart: (bytes, from, to, end) =>
        void told.push(`${stream}:${bytes.toString('latin1', from, to)}${end ? '$' : ''}`),
      onDataFrameEnd() {
        seen.whole += 1;
      },
      runRoom: () => room,
      onFramingError(_code, reason) {
        seen.error = reason;
      },
    },
    false,
  );
  for (const chunk of chunks) reader.receive(chunk);
  return { told, ...seen };
}

/** Of one stream, in order. */
const dataOf = (told: readonly string[], streamId: number): string =>
  told
    .filter((one) => one.startsWith(`${streamId}:`))
    .map((one) => one.slice(one.indexOf(':') + 1))
    .join('');

describe('DATA frames', () => {
  it('of one stream behind each other are one, up to the end of the stream', () => {
    const bytes = Buffer.concat([frame(1, 0, 'ab'), frame(1, 0, 'c'), frame(1, END_STREAM, 'def'), frame(3, 0, 'x')]);
    expect(read([bytes])).toEqual({ told: ['1:abcdef$', '3:x'], frames: 2, whole: 2, octets: 7, error: '' });
  });

  it('of other streams, empty ones, padded ones and those that are not whole stand alone', () => {
    const padded = frame(1, PADDED, '\u0001p\u0000');
    const parts = [frame(1, 0, 'a'), frame(3, 0, 'b'), frame(1, 0, 'c'), padded, frame(1, 0, 'd'), frame(1, 0, '')];
    const bytes = Buffer.concat([...parts, frame(1, 0, 'e'), frame(1, END_STREAM, 'fgh').subarray(0, 11)]);
    const { told, frames } = read([bytes]);
    expect(told).toEqual(['1:a', '3:b', '1:c', '1:p', '1:d', '1:e', '1:fg']);
    expect(frames).toBe(8);
  });

  it('are one as far as there is room for that', () => {
    const bytes = (): Buffer => Buffer.concat(['ab', 'cd', 'ef', 'gh', 'i'].map((data) => frame(1, 0, data)));
    expect(read([bytes()], { room: 5 }).told).toEqual(['1:abcd', '1:efghi']);
    expect(read([bytes()], { room: -1 }).told).toEqual(['1:ab', '1:cd', '1:ef', '1:gh', '1:i']);
  });

  it('are counted whole for the windows', () => {
    const parts = Array.from({ length: 60 }, (_, index) => frame(5, 0, 'x'.repeat(index + 1)));
    expect(read([Buffer.concat(parts)])).toMatchObject({ frames: 1, octets: (60 * 61) / 2 });
  });

  it('say the same wherever the octets were split', () => {
    const make = (): Buffer =>
      Buffer.concat([
        frame(1, 0, 'ab'),
        frame(1, 0, 'cd'),
        frame(3, 0, 'xy'),
        frame(1, 0, 'e'),
        frame(1, END_STREAM, 'f'),
      ]);
    for (let at = 0; at <= make().length; at += 1) {
      const bytes = make();
      const { told, octets } = read([Buffer.from(bytes.subarray(0, at)), Buffer.from(bytes.subarray(at))]);
      expect([at, dataOf(told, 1), dataOf(told, 3), octets]).toEqual([at, 'abcdef$', 'xy', 8]);
    }
  });

  it('are not read behind one that failed, nor behind one that is too large', () => {
    const good = [frame(1, 0, 'a'), frame(1, 0, 'b')];
    expect(read([Buffer.concat([...good, frame(3, 0, 'c')])], { stopAfter: 1 }).told).toEqual([]);
    const large = frame(1, 0, 'x'.repeat(http2Limits.frameBytesMax + 1));
    expect(read([Buffer.concat([...good, large])])).toMatchObject({
      told: ['1:ab'],
      error: 'a frame is larger than SETTINGS_MAX_FRAME_SIZE',
    });
  });
});
