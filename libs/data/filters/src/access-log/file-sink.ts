/** An access log's sink: a file, or standard output. */

import { closeSync, openSync, write, writeSync } from 'node:fs';
import type { LogSink } from './log-buffer.ts';

export interface FileSink extends LogSink {
  /** Closes the file: now, or at the end of a write that is under way. What is written later is lost. */
  close(): void;
}

/**
 * @param path opened for appending, made with 0640; nothing or "/dev/stdout": standard output; "/dev/stderr".
 * @throws what opening the file throws. A failed write loses its lines: a full disk must not stop requests.
 */
export function createFileSink(path: string | undefined): FileSink {
  const standard = path === undefined || path === '/dev/stdout' ? 1 : path === '/dev/stderr' ? 2 : undefined;
  const file = standard ?? openSync(path as string, 'a', 0o640);
  let closed = false;
  let writing = false;
  const closeFile = (): void => {
    if (standard === undefined) closeSync(file);
  };
  const writeAll = (bytes: Buffer, from: number, done: () => void): void => {
    write(file, bytes, from, bytes.length - from, null, (error, written) => {
      if (error === null && from + written < bytes.length) {
        writeAll(bytes, from + written, done);
        return;
      }
      writing = false;
      if (closed) closeFile();
      done();
    });
  };
  return {
    write(bytes, done) {
      if (closed) {
        done();
        return;
      }
      writing = true;
      writeAll(bytes, 0, done);
    },
    writeNow(bytes) {
      if (closed) return;
      try {
        for (let from = 0; from < bytes.length; ) from += writeSync(file, bytes, from);
      } catch {
        // As with `write`: the log is lost, the process goes on.
      }
    },
    close() {
      if (closed) return;
      closed = true;
      // The number of a closed file is given to the next: a write that is under way must not meet it.
      if (!writing) closeFile();
    },
  };
}
