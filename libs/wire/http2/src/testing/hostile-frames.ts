/** Conversations that break the rules of frames, streams and settings (RFC 9113 sections 4 to 6). */

import { http2ErrorCodes } from '../error-codes.ts';
import {
  block,
  data,
  END_HEADERS,
  END_STREAM,
  frame,
  get,
  open,
  PADDED,
  PRIORITY,
  request,
  setting,
  uint32,
} from './octets.ts';
import type { Outcome } from './outcome.ts';

/** What it is, what a client sends after its preface and SETTINGS, what a server must make of it. */
export type HostileConversation = readonly [what: string, octets: readonly Buffer[], outcome: Outcome];

const codes = http2ErrorCodes;
export const connection = (code: number): Outcome => ({ kind: 'connection', code });
export const stream = (code: number): Outcome => ({ kind: 'stream', code });
export const accepted: Outcome = { kind: 'accepted', code: 0 };

const BOTH = END_STREAM | END_HEADERS;
const wholeGet = block(...get);
const ping = '12345678';
const rst = (id: number, code = 8): Buffer => frame(3, 0, id, uint32(code));
const windowUpdate = (id: number, increment: number): Buffer => frame(8, 0, id, uint32(increment));
const protocol = connection(codes.PROTOCOL_ERROR);
const frameSize = connection(codes.FRAME_SIZE_ERROR);

export const hostileFrames: readonly HostileConversation[] = [
  ['a plain request', [request(1)], accepted],
  ['a request with a body', [open(1), data(1, 'body')], accepted],
  ['a frame over 16384 octets', [open(1), frame(0, 0, 1, Buffer.alloc(16_385))], frameSize],
  ['a frame of 16384 octets', [open(1), frame(0, 1, 1, Buffer.alloc(16_384))], accepted],
  ['HEADERS over 16384 octets', [frame(1, BOTH, 1, Buffer.alloc(16_385))], frameSize],
  ['a frame of an unknown type', [frame(0x16, 0, 0, 'x'), request(1)], accepted],
  ['unknown flags', [frame(6, 0x16, 0, ping), request(1)], accepted],
  ['the reserved bit of a stream number', [frame(6, 0, 0x8000_0000, ping), request(1)], accepted],
  ['HEADERS on stream 0', [frame(1, BOTH, 0, wholeGet)], protocol],
  ['HEADERS on an even stream', [frame(1, BOTH, 2, wholeGet)], protocol],
  ['a lower stream number', [request(5), request(3)], protocol],
  ['HEADERS on a stream that ended', [request(1), request(1)], connection(codes.STREAM_CLOSED)],
  ['HEADERS after RST_STREAM', [open(1), rst(1), request(1)], connection(codes.STREAM_CLOSED)],
  ['DATA on stream 0', [frame(0, 0, 0, 'x')], protocol],
  ['DATA on an idle stream', [frame(0, 0, 1, 'x')], protocol],
  ['DATA on an even stream', [frame(0, 0, 2, 'x')], protocol],
  ['DATA on a stream that ended', [request(1), data(1, 'x')], connection(codes.STREAM_CLOSED)],
  ['DATA after RST_STREAM', [open(1), rst(1), data(1, 'x')], stream(codes.STREAM_CLOSED)],
  ['DATA with padding', [open(1), frame(0, PADDED | END_STREAM, 1, '\x03body\0\0\0')], accepted],
  ['DATA with padding only', [open(1), frame(0, PADDED | END_STREAM, 1, '\x03\0\0\0')], accepted],
  ['DATA with too much padding', [open(1), frame(0, PADDED | END_STREAM, 1, '\x05body')], protocol],
  ['DATA with as much padding as payload', [open(1), frame(0, PADDED | END_STREAM, 1, '\x01')], protocol],
  ['DATA without its pad length', [open(1), frame(0, PADDED | END_STREAM, 1, '')], frameSize],
  ['HEADERS with padding', [frame(1, BOTH | PADDED, 1, `\x02${wholeGet}\0\0`)], accepted],
  ['HEADERS with too much padding', [frame(1, BOTH | PADDED, 1, `\xff${wholeGet}`)], protocol],
  ['HEADERS without its pad length', [frame(1, BOTH | PADDED, 1, '')], frameSize],
  ['HEADERS with a priority', [frame(1, BOTH | PRIORITY, 1, `${uint32(0)}\x0f${wholeGet}`)], accepted],
  ['HEADERS too short for its priority', [frame(1, BOTH | PRIORITY, 1, '\0\0')], frameSize],
  [
    'HEADERS that depends on itself',
    [frame(1, BOTH | PRIORITY, 1, `${uint32(1)}\x0f${wholeGet}`)],
    stream(codes.PROTOCOL_ERROR),
  ],
  ['PRIORITY', [frame(2, 0, 1, `${uint32(0)}\x0f`), request(1)], accepted],
  ['PRIORITY on stream 0', [frame(2, 0, 0, `${uint32(0)}\x0f`)], protocol],
  ['PRIORITY of 4 octets on an open stream', [open(1), frame(2, 0, 1, uint32(0))], stream(codes.FRAME_SIZE_ERROR)],
  ['PRIORITY of 4 octets on an idle stream', [frame(2, 0, 1, uint32(0))], frameSize],
  ['PRIORITY that depends on itself', [open(1), frame(2, 0, 1, `${uint32(1)}\x0f`)], stream(codes.PROTOCOL_ERROR)],
  ['RST_STREAM on stream 0', [rst(0)], protocol],
  ['RST_STREAM on an idle stream', [rst(1)], protocol],
  ['RST_STREAM of 3 octets', [open(1), frame(3, 0, 1, '\0\0\0')], frameSize],
  ['RST_STREAM for a stream that ended', [request(1), rst(1), request(3)], accepted],
  ['SETTINGS on a stream', [frame(4, 0, 1, '')], protocol],
  ['SETTINGS of 5 octets', [frame(4, 0, 0, '\0\0\0\0\0')], frameSize],
  ['an acknowledgement of SETTINGS with a payload', [frame(4, 1, 0, setting(1, 1))], frameSize],
  ['ENABLE_PUSH of 2', [frame(4, 0, 0, setting(2, 2))], protocol],
  ['INITIAL_WINDOW_SIZE of 2^31', [frame(4, 0, 0, setting(4, 0x8000_0000))], connection(codes.FLOW_CONTROL_ERROR)],
  ['MAX_FRAME_SIZE of 16383', [frame(4, 0, 0, setting(5, 16_383))], protocol],
  ['MAX_FRAME_SIZE of 2^24', [frame(4, 0, 0, setting(5, 0x100_0000))], protocol],
  ['ENABLE_CONNECT_PROTOCOL of 2', [frame(4, 0, 0, setting(8, 2))], protocol],
  ['ENABLE_CONNECT_PROTOCOL taken back', [frame(4, 0, 0, setting(8, 1) + setting(8, 0))], protocol],
  ['an unknown setting', [frame(4, 0, 0, setting(0xff, 7)), request(1)], accepted],
  ['HEADER_TABLE_SIZE of 0', [frame(4, 0, 0, setting(1, 0)), request(1)], accepted],
  ['PUSH_PROMISE', [open(1), frame(5, END_HEADERS, 1, uint32(2) + wholeGet)], protocol],
  ['PING on a stream', [frame(6, 0, 1, ping)], protocol],
  ['PING of 6 octets', [frame(6, 0, 0, '123456')], frameSize],
  ['PING of 9 octets', [frame(6, 0, 0, '123456789')], frameSize],
  ['an unasked PONG', [frame(6, 1, 0, ping), request(1)], accepted],
  ['requests after GOAWAY', [frame(7, 0, 0, uint32(0) + uint32(0)), request(1), request(3)], accepted],
  ['GOAWAY on a stream', [frame(7, 0, 1, uint32(0) + uint32(0))], protocol],
  ['GOAWAY of 7 octets', [frame(7, 0, 0, '1234567')], frameSize],
  ['WINDOW_UPDATE of 3 octets', [frame(8, 0, 0, '\0\0\0')], frameSize],
  ['WINDOW_UPDATE of 0 on the connection', [windowUpdate(0, 0)], protocol],
  ['WINDOW_UPDATE of 0 on a stream', [open(1), windowUpdate(1, 0)], stream(codes.PROTOCOL_ERROR)],
  ['WINDOW_UPDATE on an idle stream', [windowUpdate(1, 1)], protocol],
  ['a connection window over 2^31-1', [windowUpdate(0, 0x7fff_ffff)], connection(codes.FLOW_CONTROL_ERROR)],
  ['a stream window over 2^31-1', [open(1), windowUpdate(1, 0x7fff_ffff)], stream(codes.FLOW_CONTROL_ERROR)],
  [
    'a window over 2^31-1 by SETTINGS',
    [open(1), windowUpdate(1, 0x7fff_0000), frame(4, 0, 0, setting(4, 0x7fff_ffff))],
    connection(codes.FLOW_CONTROL_ERROR),
  ],
  ['WINDOW_UPDATE for a stream that ended', [request(1), windowUpdate(1, 1), request(3)], accepted],
  [
    'CONTINUATION',
    [frame(1, END_STREAM, 1, wholeGet.slice(0, 5)), frame(9, END_HEADERS, 1, wholeGet.slice(5))],
    accepted,
  ],
  [
    'CONTINUATIONs without octets',
    [frame(1, END_STREAM, 1, wholeGet), frame(9, 0, 1, ''), frame(9, END_HEADERS, 1, '')],
    accepted,
  ],
  ['CONTINUATION without HEADERS', [frame(9, END_HEADERS, 1, wholeGet)], protocol],
  ['CONTINUATION after END_HEADERS', [open(1), frame(9, END_HEADERS, 1, '')], protocol],
  ['CONTINUATION of another stream', [frame(1, END_STREAM, 1, wholeGet), frame(9, END_HEADERS, 3, '')], protocol],
  ['CONTINUATION on stream 0', [frame(1, END_STREAM, 1, wholeGet), frame(9, END_HEADERS, 0, '')], protocol],
  ['DATA within a header block', [frame(1, 0, 1, wholeGet), data(1, 'x')], protocol],
  ['PING within a header block', [frame(1, 0, 1, wholeGet), frame(6, 0, 0, ping)], protocol],
  ['HEADERS within a header block', [frame(1, 0, 1, wholeGet), request(3)], protocol],
  ['an unknown frame within a header block', [frame(1, 0, 1, wholeGet), frame(0x16, 0, 1, '')], protocol],
  ['trailers', [open(1), data(1, 'x', false), frame(1, BOTH, 1, block('x-sum', '1'))], accepted],
  [
    'HEADERS in the middle of a body',
    [open(1), data(1, 'x', false), frame(1, END_HEADERS, 1, block('x-sum', '1'))],
    stream(codes.PROTOCOL_ERROR),
  ],
];
