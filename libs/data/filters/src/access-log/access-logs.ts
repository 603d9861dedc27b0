/** The files that access logs go to: one buffer each, however many listeners write to it. */

import type { Clock } from '@weft/kernel';
import type { Counter, MetricRegistry } from '@weft/telemetry';
import { createFileSink, type FileSink } from './file-sink.ts';
import { createLogBuffer, type LogBuffer } from './log-buffer.ts';

/** Files of one proxy; logs past them are dropped and counted. */
export const logFilesMax = 32;

export interface AccessLogs {
  /** Lines written. */
  readonly written: Counter;
  /** @param path "/dev/stdout", "/dev/stderr" or a file; the override's where there is one. Opened when it is first asked for. */
  bufferOf(path: string): LogBuffer;
  flush(): void;
  /** Writes what is left before it returns, and closes the files. */
  stop(): void;
}

export interface AccessLogsOptions {
  readonly clock: Clock;
  readonly registry: MetricRegistry;
  /** The sidecar's own setting: all logs go there. Nothing: where the configuration says. */
  readonly override: string | undefined;
  /** Between two writes; nothing: 250. */
  readonly flushIntervalMs?: number | undefined;
  /** A file could not be opened: its lines are dropped and counted. */
  readonly onOpenFailed: (path: string, error: Error) => void;
  readonly createSink?: (path: string) => FileSink;
}

export function createAccessLogs(options: AccessLogsOptions): AccessLogs {
  const { clock, registry, override, createSink = createFileSink } = options;
  const written = registry.counter('weft_access_log_lines_total', 'Lines of the access log.', []).slot([]);
  const lost = registry.counter('weft_access_log_lines_dropped_total', 'Lines that the sink could not take.', []);
  const drop = (): void => lost.slot([]).add(1);
  const nowhere: LogBuffer = { add: drop, flush() {}, stop() {} };
  const open = new Map<string, { readonly buffer: LogBuffer; readonly sink: FileSink }>();

  return {
    written,
    bufferOf(asked) {
      const path = override ?? asked;
      const known = open.get(path);
      if (known !== undefined) return known.buffer;
      if (open.size >= logFilesMax) {
        options.onOpenFailed(path, new Error(`at most ${logFilesMax} access log files`));
        return nowhere;
      }
      try {
        const sink = createSink(path);
        const buffer = createLogBuffer(clock, sink, drop, options.flushIntervalMs);
        open.set(path, { buffer, sink });
        return buffer;
      } catch (error) {
        options.onOpenFailed(path, error as Error);
        return nowhere;
      }
    },
    flush() {
      for (const { buffer } of open.values()) buffer.flush();
    },
    stop() {
      for (const { buffer, sink } of open.values()) {
        buffer.stop();
        sink.close();
      }
      open.clear();
    },
  };
}
