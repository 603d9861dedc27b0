/** An access log's sink: a file, or standard output. */

import { close, openSync, write, writeSync } from 'node:fs';
import type { LogSink } from './log-buffer.ts';

export interface FileSink extends LogSink {
  close(): void;
}

/**
 * @param path opened for appending, made with 0640; nothing: standard output.
 * @throws what opening the file throws. A failed write loses its lines: a full disk must not stop requests.
 */
export function createFileSink(path: string | undefined): FileSink {
  const file = path === undefined ? 1 : openSync(path, 'a', 0o640);
  const writeAll = (bytes: Buffer, from: number, done: () => void): void => {
    write(file, bytes, from, bytes.length - from, null, (error, written) => {
      if (error !== null || from + written >= bytes.length) done();
      else writeAll(bytes, from + written, done);
    });
  };
  return {
    write: (bytes, done) => writeAll(bytes, 0, done),
    writeNow(bytes) {
      try {
        for (let from = 0; from < bytes.length; ) from += writeSync(file, bytes, from);
      } catch {
        // As with `write`: the log is lost, the process goes on.
      }
    },
    close() {
      if (file !== 1) close(file);
    },
  };
}
