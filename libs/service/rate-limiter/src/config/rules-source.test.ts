/** Limits that follow their files. */

import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createManualClock } from '@weft/kernel';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Violation } from './parse-rules.ts';
import { fileBytesMax, openRules } from './rules-source.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weft-limits-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);

it('reads a folder again when a file changes, and keeps the last good limits', () => {
  write('a.yaml', 'domain: a\n');
  const clock = createManualClock();
  const loads: string[] = [];
  const violations: Violation[] = [];
  const source = openRules({
    path: folder,
    clock,
    onLoaded: (rules) => loads.push([...rules.keys()].join()),
    onViolations: (found) => violations.push(...found),
  });
  if (!('current' in source)) throw new Error('violations');
  write('b.yml', 'domain: b\n');
  clock.advance(1_000);
  expect(loads).toEqual(['a', 'a,b']);
  write('b.yml', 'domain: a\n');
  clock.advance(2_000);
  expect(violations.map(({ message }) => message)).toEqual(['domain a stands in another file too']);
  expect([...source.current.keys()]).toEqual(['a', 'b']);
  source.stop();
  expect(clock.pending()).toBe(0);
});

it('says what is wrong at first', () => {
  const options = { clock: createManualClock(), onLoaded: () => {}, onViolations: () => {} };
  expect(openRules({ ...options, path: folder })).toMatchObject([{ message: 'the folder has no YAML file' }]);
  expect(openRules({ ...options, path: join(folder, 'none.yaml') })).toMatchObject([{ line: 1 }]);
  write('long.yaml', 'domain: d\n');
  truncateSync(join(folder, 'long.yaml'), fileBytesMax + 1);
  const [tooLong] = openRules({ ...options, path: folder }) as readonly Violation[];
  expect(tooLong?.message).toContain(`it is over ${fileBytesMax} bytes`);
});
