/** Gathers lines and hands them on in large pieces; what a slow sink cannot take is dropped and counted. */

import type { Cancel, Clock } from '@weft/kernel';

export const accessLogLimits = {
  /** Text gathered before it is handed on without waiting for the interval. */
  flushBytes: 65_536,
  flushIntervalMs: 250,
  /** Text held while the sink is busy; lines past it are dropped. */
  heldBytesMax: 4_194_304,
} as const;

/** Where the log goes. One `write` at a time. */
export interface LogSink {
  /** @param text ASCII lines. @param done called once, later or now, when the next write may come. */
  write(text: string, done: () => void): void;
}

export interface LogBuffer {
  add(line: string): void;
  /** Hands on what is there; for the end of the process. */
  flush(): void;
  stop(): void;
}

/** @param onDropped told of each dropped line. */
export function createLogBuffer(clock: Clock, sink: LogSink, onDropped: () => void): LogBuffer {
  let held = '';
  let busy = false;

  const flush = (): void => {
    if (busy || held === '') return;
    const text = held;
    held = '';
    busy = true;
    sink.write(text, () => {
      busy = false;
      if (held.length >= accessLogLimits.flushBytes) flush();
    });
  };

  const stopTimer: Cancel = clock.every(accessLogLimits.flushIntervalMs, flush);

  return {
    add(line) {
      if (held.length + line.length > accessLogLimits.heldBytesMax) {
        onDropped();
        return;
      }
      held += line;
      if (held.length >= accessLogLimits.flushBytes) flush();
    },
    flush,
    stop() {
      stopTimer();
      flush();
    },
  };
}
