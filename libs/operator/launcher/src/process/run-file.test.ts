import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { claimRunFile, type RunRecord, readRunFile, removeRunFile, writeRunFile } from './run-file.ts';

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'weft-record-'));
  path = join(dir, 'run.json');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const record = (pid: number): RunRecord => ({
  ...{ launcher: { pid, startTime: 'then' }, startedAt: '', what: 'the mesh', urls: {}, admin: {} },
  ...{ state: 'ready', processes: [{ name: 'order', pid: pid + 1, startTime: 'then' }] },
});

test('a record is read as it was written, until it is removed', () => {
  writeRunFile(path, record(7));
  expect(readRunFile(path)).toEqual(record(7));
  removeRunFile(path);
  expect(readRunFile(path)).toBeUndefined();
});

test('only the first of two launchers claims the record', () => {
  expect([claimRunFile(path, record(7)), claimRunFile(path, record(8))]).toEqual([true, false]);
  expect(readRunFile(path)).toEqual(record(7));
});

test.each(['', '{', '[]', 'null', '{"launcher":{"pid":"7"},"processes":[]}'])('%j is no record', (text) => {
  writeFileSync(path, text);
  expect(readRunFile(path)).toBeUndefined();
});

// Nothing is closed to root.
test.skipIf(process.getuid?.() === 0)('a record of another account is one sentence, not "nothing runs"', () => {
  writeRunFile(path, record(7));
  chmodSync(path, 0);
  expect(() => readRunFile(path)).toThrow(/no permission to read .*; use the account that started the mesh/);
});
