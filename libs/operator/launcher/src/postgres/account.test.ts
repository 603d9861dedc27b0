import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { canReach, databaseAccount } from './account.ts';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'weft-account-'));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('an ordinary user runs PostgreSQL as itself', () => {
  expect(databaseAccount(1000)).toBeUndefined();
});

test('root runs it as postgres, or as nobody, and says what to do where there is neither', () => {
  const passwd = join(dir, 'passwd');
  writeFileSync(
    passwd,
    'root:x:0:0::/root:/bin/sh\nnobody:x:65534:65533::/:/bin/false\npostgres:x:101:104::/:/bin/sh\n',
  );
  expect(databaseAccount(0, passwd)).toEqual({ uid: 101, gid: 104 });
  writeFileSync(passwd, 'root:x:0:0::/root:/bin/sh\nnobody:x:65534:65533::/:/bin/false\n');
  expect(databaseAccount(0, passwd)).toEqual({ uid: 65534, gid: 65533 });
  writeFileSync(passwd, 'root:x:0:0::/root:/bin/sh\n');
  expect(() => databaseAccount(0, passwd)).toThrow('useradd postgres');
});

test('a folder under one that others may not enter cannot be reached', () => {
  const account = { uid: 54_321, gid: 54_321 };
  chmodSync(dir, 0o711);
  expect(canReach(account, dir)).toBe(true);
  chmodSync(dir, 0o700);
  expect(canReach(account, dir)).toBe(false);
});
