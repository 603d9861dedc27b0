/** Gathers lines and hands them on in large pieces; what a slow sink cannot take is dropped and counted. */

import type { Cancel, Clock } from '@weft/kernel';

export const accessLogLimits = {
  /** Bytes gathered before they are handed on without waiting for the interval. */
  pieceBytes: 262_144,
  flushIntervalMs: 250,
  /** Pieces that wait while the sink is busy; lines past them are dropped. */
  waitingPiecesMax: 16,
} as const;

/** Where the log goes. One `write` at a time. */
export interface LogSink {
  /** @param bytes ASCII lines; the sink's until `done`. @param done called once, later or now, when the next write may come. */
  write(bytes: Buffer, done: () => void): void;
  /** As `write`, before it returns: for the end of the process. */
  writeNow(bytes: Buffer): void;
}

export interface LogBuffer {
  /** @param line ASCII, with its line feed, shorter than a piece. */
  add(line: string): void;
  /** Hands on what is there. */
  flush(): void;
  /** Ends the timer and writes what is left before it returns. */
  stop(): void;
}

/** @param onDropped told of each dropped line. */
export function createLogBuffer(
  clock: Clock,
  sink: LogSink,
  onDropped: () => void,
  flushIntervalMs: number = accessLogLimits.flushIntervalMs,
): LogBuffer {
  const { pieceBytes, waitingPiecesMax } = accessLogLimits;
  const waiting: Buffer[] = [];
  let piece: Buffer = Buffer.allocUnsafeSlow(pieceBytes);
  let spare: Buffer | undefined;
  let used = 0;
  let busy = false;

  const next = (): void => {
    const bytes = waiting.shift();
    if (bytes === undefined) return;
    busy = true;
    sink.write(bytes, () => {
      busy = false;
      // A piece is used again: two of them serve a log that keeps up.
      spare = Buffer.from(bytes.buffer, 0, pieceBytes);
      if (waiting.length > 0) next();
    });
  };

  const flush = (): void => {
    if (used > 0 && waiting.length < waitingPiecesMax) {
      waiting.push(piece.subarray(0, used));
      piece = spare ?? Buffer.allocUnsafeSlow(pieceBytes);
      spare = undefined;
      used = 0;
    }
    if (!busy) next();
  };

  const stopTimer: Cancel = clock.every(flushIntervalMs, flush);

  return {
    add(line) {
      if (used + line.length > pieceBytes) flush();
      if (used + line.length > pieceBytes) {
        onDropped();
        return;
      }
      used += piece.latin1Write(line, used, line.length);
    },
    flush,
    stop() {
      stopTimer();
      for (const bytes of waiting.splice(0)) sink.writeNow(bytes);
      if (used > 0) sink.writeNow(piece.subarray(0, used));
      used = 0;
    },
  };
}
