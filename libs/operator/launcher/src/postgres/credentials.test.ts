import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadCredentials, passwordFileOf } from './credentials.ts';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'weft-credentials-'));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('passwords are random, differ, stay the same, and are for their owner alone', () => {
  const first = loadCredentials(dir, ['user', 'order']);
  expect(new Set([first.superuser, first.passwords['user'], first.passwords['order']]).size).toBe(3);
  expect(first.superuser).toMatch(/^[0-9a-f]{48}$/);
  expect(loadCredentials(dir, ['user', 'order'])).toEqual(first);
  expect(statSync(join(dir, 'credentials.json')).mode & 0o777).toBe(0o600);
  expect(statSync(passwordFileOf(dir, 'user')).mode & 0o777).toBe(0o600);
  expect(readFileSync(passwordFileOf(dir, 'user'), 'utf8').trim()).toBe(first.passwords['user']);
});

test('a new service gets a password, the others keep theirs', () => {
  const first = loadCredentials(dir, ['user']);
  expect(loadCredentials(dir, ['user', 'order']).passwords['user']).toBe(first.passwords['user']);
});

test('a torn file is not replaced, because the database knows its passwords', () => {
  writeFileSync(join(dir, 'credentials.json'), '{"superuser":');
  expect(() => loadCredentials(dir, ['user'])).toThrow('is not readable as JSON');
});
