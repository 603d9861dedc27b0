/** Gathering lines for a sink that may be slow. */

import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createManualClock } from '@weft/kernel';
import { describe, expect, it } from 'vitest';
import { createFileSink } from './file-sink.ts';
import { accessLogLimits, createLogBuffer, type LogSink } from './log-buffer.ts';

function heldSink(): { sink: LogSink; written: string[]; release: () => void } {
  const written: string[] = [];
  let release = (): void => {};
  const sink: LogSink = {
    write(bytes, done) {
      written.push(bytes.toString('latin1'));
      release = done;
    },
    writeNow: (bytes) => void written.push(bytes.toString('latin1')),
  };
  return { sink, written, release: () => release() };
}

describe('the log buffer', () => {
  it('hands lines on once an interval, together', () => {
    const clock = createManualClock();
    const { sink, written } = heldSink();
    const log = createLogBuffer(clock, sink, () => {});
    log.add('a\n');
    log.add('b\n');
    expect(written).toEqual([]);
    clock.advance(accessLogLimits.flushIntervalMs);
    expect(written).toEqual(['a\nb\n']);
  });

  it('writes one piece at a time, in order', () => {
    const clock = createManualClock();
    const { sink, written, release } = heldSink();
    const log = createLogBuffer(clock, sink, () => {});
    for (const line of ['a\n', 'b\n', 'c\n']) {
      log.add(line);
      log.flush();
    }
    expect(written).toEqual(['a\n']);
    release();
    release();
    expect(written).toEqual(['a\n', 'b\n', 'c\n']);
  });

  it('drops and counts lines when its bound is reached, and takes them again after', () => {
    const { sink, written, release } = heldSink();
    let dropped = 0;
    const log = createLogBuffer(createManualClock(), sink, () => {
      dropped += 1;
    });
    const line = `${'x'.repeat(accessLogLimits.pieceBytes - 1)}\n`;
    const bound = accessLogLimits.waitingPiecesMax + 2;
    for (let i = 0; i < bound; i += 1) log.add(line);
    expect(dropped).toBe(0);
    log.add(line);
    expect(dropped).toBe(1);
    release();
    log.add(line);
    expect(dropped).toBe(1);
    expect(written.length).toBe(2);
  });

  it('writes what is left when it stops', () => {
    const { sink, written } = heldSink();
    const log = createLogBuffer(createManualClock(), sink, () => {});
    log.add('a\n');
    log.flush();
    log.add('b\n');
    log.stop();
    expect(written).toEqual(['a\n', 'b\n']);
  });

  it('appends to a file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'weft-log-'));
    const file = join(folder, 'access.log');
    const sink = createFileSink(file);
    await new Promise<void>((resolve) => sink.write(Buffer.from('a\n'), resolve));
    sink.writeNow(Buffer.from('b\n'));
    sink.close();
    expect(readFileSync(file, 'latin1')).toBe('a\nb\n');
    rmSync(folder, { recursive: true });
  });
});

/** Whether this process has the file open. */
function isOpen(file: string): boolean {
  return readdirSync('/proc/self/fd').some((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === file;
    } catch {
      // The folder itself was one of them.
      return false;
    }
  });
}

describe.skipIf(process.platform !== 'linux')('the file of a log', () => {
  it('is closed at once when nothing is being written, and takes no more', () => {
    const folder = mkdtempSync(join(tmpdir(), 'weft-log-'));
    const file = join(folder, 'access.log');
    const sink = createFileSink(file);
    expect(isOpen(file)).toBe(true);
    sink.close();
    sink.close();
    expect(isOpen(file)).toBe(false);
    let done = false;
    sink.write(Buffer.from('late\n'), () => {
      done = true;
    });
    sink.writeNow(Buffer.from('late\n'));
    expect(done).toBe(true);
    expect(readFileSync(file, 'latin1')).toBe('');
    rmSync(folder, { recursive: true });
  });

  it('is closed at the end of a write that is under way', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'weft-log-'));
    const file = join(folder, 'access.log');
    const sink = createFileSink(file);
    const written = new Promise<void>((resolve) => sink.write(Buffer.from('a\n'), resolve));
    sink.close();
    expect(isOpen(file)).toBe(true);
    await written;
    expect(isOpen(file)).toBe(false);
    expect(readFileSync(file, 'latin1')).toBe('a\n');
    rmSync(folder, { recursive: true });
  });
});
