/** Log files of processes: opened for append, rotated at a bound, their ends read and followed. */

import {
  closeSync,
  copyFileSync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { Cancel, Clock } from '@weft/kernel';
import { fileFailure } from '../launch-error.ts';

/** A log over this size is moved to `<file>.1`, whose former content goes. */
const logBytesMax = 64 * 1024 * 1024;
/** How much of the end of a log is looked at. */
const tailBytesMax = 8 * 1024;

/** A descriptor for a child's output. @throws LaunchError */
export function openLog(path: string): number {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    return openSync(path, 'a', 0o600);
  } catch (error) {
    throw fileFailure(error, 'write logs', path);
  }
}

/** Makes way for a new run: the log of the last one stays as `<file>.1`. */
export function rotateLog(path: string): void {
  try {
    if (statSync(path).size > 0) renameSync(path, `${path}.1`);
  } catch {
    rmSync(path, { force: true });
  }
}

/** Rotates under the feet of a process that appends: copy, then cut. @returns whether it did. */
export function rotateOpenLog(path: string, bytesMax = logBytesMax): boolean {
  try {
    if (statSync(path).size <= bytesMax) return false;
    copyFileSync(path, `${path}.1`);
    truncateSync(path, 0);
    return true;
  } catch {
    return false;
  }
}

export function logSize(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}

/** The last lines written after `fromByte`. */
export function lastLines(path: string, fromByte: number, linesMax: number): readonly string[] {
  const text = readFrom(path, Math.max(fromByte, logSize(path) - tailBytesMax)).text;
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .slice(-linesMax);
}

/** Calls `onLine` for each whole line that is appended from now on. */
export function followLog(clock: Clock, path: string, onLine: (line: string) => void): Cancel {
  let position = logSize(path);
  let rest = '';
  return clock.every(followPeriodMs, () => {
    if (logSize(path) < position) position = 0;
    const { text, end } = readFrom(path, position);
    position = end;
    const lines = (rest + text).split('\n');
    rest = (lines.pop() ?? '').slice(-tailBytesMax);
    for (const line of lines) onLine(line);
  });
}

const followPeriodMs = 100;
const readBytesMax = 256 * 1024;

function readFrom(path: string, from: number): { text: string; end: number } {
  let fd: number | undefined;
  try {
    fd = openSync(path, 'r');
    const length = Math.min(Math.max(0, fstatSync(fd).size - from), readBytesMax);
    const buffer = Buffer.alloc(length);
    const bytes = readSync(fd, buffer, 0, length, from);
    return { text: buffer.toString('utf8', 0, bytes), end: from + bytes };
  } catch {
    return { text: '', end: from };
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
