/** Where log lines go: written at once, and lost rather than waited for when nobody takes them. */

import { writeSync } from 'node:fs';

export interface LineSink {
  /** Never throws and never waits for long. @param line with its line end. */
  write(line: string): void;
  /** Lines lost so far: a closed pipe, a full disk, a reader that does not read. */
  lost(): number;
}

/** Attempts at one line while a pipe is full. */
export const attemptsMax = 10;
/** Pause between two attempts. */
const pauseMs = 2;

const pauseCell = new Int32Array(new SharedArrayBuffer(4));

/**
 * A log stream that retries a failed write for ever (as sonic-boom's flush does) keeps a process whose reader died from ending.
 * @param fd 1 is standard output.
 */
export function createLineSink(fd = 1, write: typeof writeSync = writeSync): LineSink {
  let lost = 0;
  const writeAll = (bytes: Buffer): boolean => {
    let attempts = 0;
    for (let from = 0; from < bytes.length; ) {
      try {
        from += write(fd, bytes, from);
      } catch (error) {
        const full = (error as NodeJS.ErrnoException).code === 'EAGAIN';
        attempts += 1;
        if (!full || attempts >= attemptsMax) return false;
        Atomics.wait(pauseCell, 0, 0, pauseMs);
      }
    }
    return true;
  };
  return {
    write(line) {
      if (!writeAll(Buffer.from(line))) lost += 1;
    },
    lost: () => lost,
  };
}
