import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createManualClock } from '@weft/kernel';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { followLog, lastLines, rotateLog, rotateOpenLog } from './log-file.ts';

let dir: string;
let log: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'weft-log-'));
  log = join(dir, 'order.log');
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('the last lines are those of this run, without empty ones', () => {
  writeFileSync(log, 'old\n');
  appendFileSync(log, 'one\n\ntwo\nthree\n');
  expect(lastLines(log, 4, 2)).toEqual(['two', 'three']);
  expect(lastLines(log, 4, 9)).toEqual(['one', 'two', 'three']);
  expect(lastLines(join(dir, 'none'), 0, 2)).toEqual([]);
});

test('a log over its bound is cut while a process appends to it', () => {
  writeFileSync(log, '0123456789');
  expect(rotateOpenLog(log, 10)).toBe(false);
  appendFileSync(log, '!');
  expect(rotateOpenLog(log, 10)).toBe(true);
  expect(readFileSync(log, 'utf8')).toBe('');
  expect(readFileSync(`${log}.1`, 'utf8')).toBe('0123456789!');
});

test('a new run keeps the log of the last one', () => {
  writeFileSync(log, 'last');
  rotateLog(log);
  rotateLog(log);
  expect(readFileSync(`${log}.1`, 'utf8')).toBe('last');
});

test('following gives whole lines, also after the file was cut', () => {
  const clock = createManualClock();
  const lines: string[] = [];
  writeFileSync(log, 'before\n');
  const cancel = followLog(clock, log, (line) => lines.push(line));
  appendFileSync(log, 'one\ntw');
  clock.advance(100);
  appendFileSync(log, 'o\n');
  clock.advance(100);
  writeFileSync(log, 'new\n');
  clock.advance(100);
  cancel();
  expect(lines).toEqual(['one', 'two', 'new']);
});
