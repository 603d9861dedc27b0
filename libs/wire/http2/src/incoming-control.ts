/** SETTINGS, PING, GOAWAY, WINDOW_UPDATE, RST_STREAM and PRIORITY frames that come. */

import type { Core } from './core.ts';
import { http2ErrorCodes } from './error-codes.ts';
import { bandwidthPing, sameOpaque, userPing } from './flow/receiver.ts';
import { readId, readUint32 } from './frames/frame-reader.ts';
import { ACK, WINDOW_MAX } from './frames/frame-types.ts';
import { RESET_HERE, RESET_THERE } from './streams/closed-streams.ts';

const { ENHANCE_YOUR_CALM, FLOW_CONTROL_ERROR, FRAME_SIZE_ERROR, PROTOCOL_ERROR, REFUSED_STREAM } = http2ErrorCodes;

export function receiveSettings(
  core: Core,
  flags: number,
  streamId: number,
  bytes: Buffer,
  from: number,
  to: number,
): void {
  if (streamId !== 0) {
    core.fail(PROTOCOL_ERROR, 'SETTINGS are on stream 0');
    return;
  }
  if ((flags & ACK) !== 0) {
    if (to > from) core.fail(FRAME_SIZE_ERROR, 'an acknowledgement of SETTINGS is empty');
    else if (core.guard.settings()) core.fail(ENHANCE_YOUR_CALM, 'too many SETTINGS');
    else acknowledged(core);
    return;
  }
  if ((to - from) % 6 !== 0) {
    core.fail(FRAME_SIZE_ERROR, 'SETTINGS have 6 octets each');
    return;
  }
  if (core.guard.settings()) {
    core.fail(ENHANCE_YOUR_CALM, 'too many SETTINGS');
    return;
  }
  const before = core.peer.initialWindow;
  const code = core.peer.read(bytes, from, to, !core.server);
  if (code !== 0) {
    core.fail(code, core.peer.reason);
    return;
  }
  core.encoder.allow(core.peer.headerTableSize);
  if (core.peer.initialWindow !== before && !moveWindows(core, core.peer.initialWindow - before)) return;
  // The acknowledgement goes before data that the new windows let out.
  core.writer.settingsAck();
  core.settingsKnown = true;
  core.sender.pump();
  core.options.sink.onSettings();
}

/** RFC 9113 section 6.9.2: the windows of open streams move with INITIAL_WINDOW_SIZE. */
function moveWindows(core: Core, difference: number): boolean {
  for (const stream of core.streams.values()) {
    if (core.sender.openStream(stream, difference)) continue;
    core.fail(FLOW_CONTROL_ERROR, 'a window is 2^31-1 at most');
    return false;
  }
  return true;
}

function acknowledged(core: Core): void {
  const difference = core.streamWindow - core.acknowledgedWindow;
  if (difference === 0) return;
  core.acknowledgedWindow = core.streamWindow;
  for (const stream of core.streams.values()) {
    stream.receiveWindow += difference;
    stream.windowTarget += difference;
    // All that it had may have come before: nothing more does without credit.
    core.receiver.credit(stream);
  }
}

export function receivePing(
  core: Core,
  flags: number,
  streamId: number,
  bytes: Buffer,
  from: number,
  to: number,
): void {
  if (streamId !== 0) core.fail(PROTOCOL_ERROR, 'PING is on stream 0');
  else if (to - from !== 8) core.fail(FRAME_SIZE_ERROR, 'PING has 8 octets');
  else if (core.guard.ping()) core.fail(ENHANCE_YOUR_CALM, 'too many PINGs');
  else if ((flags & ACK) === 0) core.writer.ping(bytes, from, true);
  else if (sameOpaque(bytes, from, bandwidthPing)) core.receiver.measured();
  else if (sameOpaque(bytes, from, userPing)) core.options.sink.onPong();
}

export function receiveGoaway(core: Core, streamId: number, bytes: Buffer, from: number, to: number): void {
  if (streamId !== 0 || to - from < 8) {
    core.fail(streamId !== 0 ? PROTOCOL_ERROR : FRAME_SIZE_ERROR, 'GOAWAY is on stream 0 and has 8 octets at least');
    return;
  }
  const last = readId(bytes, from);
  const errorCode = readUint32(bytes, from + 4);
  core.goawayReceived = true;
  if (!core.server) {
    for (const stream of core.streams.values()) {
      if (stream.id <= last) continue;
      core.endEarly(stream, RESET_HERE, { errorCode, kind: 'goaway', unprocessed: true, reason: '' });
    }
  }
  if (!core.stopped) core.options.sink.onGoaway(errorCode);
}

export function receiveWindowUpdate(core: Core, streamId: number, bytes: Buffer, from: number, to: number): void {
  if (to - from !== 4) {
    core.fail(FRAME_SIZE_ERROR, 'WINDOW_UPDATE has 4 octets');
    return;
  }
  if (core.guard.windowUpdate(core.opened + core.sender.frames)) {
    core.fail(ENHANCE_YOUR_CALM, 'too many WINDOW_UPDATEs');
    return;
  }
  const increment = readId(bytes, from);
  if (streamId === 0) {
    if (increment === 0) core.fail(PROTOCOL_ERROR, 'WINDOW_UPDATE opens the window');
    else if (!core.sender.openConnection(increment)) core.fail(FLOW_CONTROL_ERROR, 'a window is 2^31-1 at most');
    else core.sender.pump();
    return;
  }
  const stream = core.streams.get(streamId);
  if (stream === undefined) {
    if (idle(core, streamId)) core.fail(PROTOCOL_ERROR, 'WINDOW_UPDATE is for a stream that was opened');
  } else if (increment === 0) core.violate(stream, PROTOCOL_ERROR, 'WINDOW_UPDATE opens the window');
  else if (stream.sendWindow + increment > WINDOW_MAX) {
    core.violate(stream, FLOW_CONTROL_ERROR, 'a window is 2^31-1 at most');
  } else {
    core.sender.openStream(stream, increment);
    core.sender.pump();
  }
}

export function receiveReset(core: Core, streamId: number, bytes: Buffer, from: number, to: number): void {
  if (to - from !== 4) {
    core.fail(FRAME_SIZE_ERROR, 'RST_STREAM has 4 octets');
    return;
  }
  if (streamId === 0 || idle(core, streamId)) {
    core.fail(PROTOCOL_ERROR, 'RST_STREAM is for a stream that was opened');
    return;
  }
  const stream = core.streams.get(streamId);
  if (stream !== undefined) {
    const errorCode = readUint32(bytes, from);
    const unprocessed = errorCode === REFUSED_STREAM;
    core.endEarly(stream, RESET_THERE, { errorCode, kind: 'remote', unprocessed, reason: '' });
  }
  core.countReset();
}

export function receivePriority(core: Core, streamId: number, bytes: Buffer, from: number, to: number): void {
  if (streamId === 0) {
    core.fail(PROTOCOL_ERROR, 'PRIORITY is for a stream');
    return;
  }
  if (core.guard.priority(core.opened)) {
    core.fail(ENHANCE_YOUR_CALM, 'too many PRIORITYs');
    return;
  }
  const sized = to - from === 5;
  if (sized && readId(bytes, from) !== streamId) return;
  const code = sized ? PROTOCOL_ERROR : FRAME_SIZE_ERROR;
  const reason = sized ? 'no stream depends on itself' : 'PRIORITY has 5 octets';
  const stream = core.streams.get(streamId);
  if (stream !== undefined) core.violate(stream, code, reason);
  else if (idle(core, streamId)) core.fail(code, reason);
  else core.refuse(streamId, code, RESET_HERE);
}

/** The stream was never opened. */
function idle(core: Core, streamId: number): boolean {
  if ((streamId & 1) === 0) return true;
  return core.server ? streamId > core.lastRemoteId : streamId >= core.nextLocalId;
}
