import { readdirSync, statSync } from 'node:fs';
import { chmod, mkdtemp, readdir, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openStateFolder, stateFileBytesMax } from './state-folder.ts';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'weft-state-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe('the state folder', () => {
  test('it and its files are for this user alone', async () => {
    const folder = await openStateFolder(join(root, 'a', 'b'));
    await folder.write('x', 'one');
    await folder.write('x', 'two');
    expect(await folder.read('x')).toBe('two');
    expect(await folder.read('y')).toBeUndefined();
    expect((await stat(join(root, 'a', 'b'))).mode & 0o777).toBe(0o700);
    expect((await stat(join(root, 'a', 'b', 'x'))).mode & 0o777).toBe(0o600);
    expect(await readdir(join(root, 'a', 'b'))).toEqual(['x']);
  });

  test('pieces are asked for as each before was written, and those that fail leave the old file', async () => {
    const folder = await openStateFolder(join(root, 'a'));
    await folder.write('x', ['one ', 'two ', 'three']);
    expect(await folder.read('x')).toBe('one two three');
    const sizes: number[] = [];
    const pieces = (function* () {
      yield 'a'.repeat(100_000);
      const half = readdirSync(join(root, 'a')).find((name) => name.endsWith('.tmp'));
      sizes.push(statSync(join(root, 'a', half ?? '')).size);
      throw new Error('no more');
    })();
    const written = folder.write('x', pieces);
    await expect(written).rejects.toThrow(/cannot be written/);
    expect(sizes).toEqual([100_000]);
    expect(await folder.read('x')).toBe('one two three');
    expect(await readdir(join(root, 'a'))).toEqual(['x']);
  });

  test('a folder that is open to others is refused with what to do', async () => {
    await chmod(root, 0o755);
    await expect(openStateFolder(root)).rejects.toThrow(`${root} is open to others: run chmod 700 ${root}`);
  });

  test('a file that is open to others, or a link, is not read', async () => {
    const folder = await openStateFolder(root);
    await writeFile(join(root, 'open'), 'x', { mode: 0o644 });
    await symlink(join(root, 'open'), join(root, 'link'));
    await expect(folder.read('open')).rejects.toThrow(/chmod 600/);
    await expect(folder.read('link')).rejects.toThrow(/ELOOP/);
  });

  test('a file over the bound is not read', async () => {
    const folder = await openStateFolder(root);
    await folder.write('x', '');
    await truncate(join(root, 'x'), stateFileBytesMax + 1);
    await expect(folder.read('x')).rejects.toThrow(/is too large/);
  });

  test('a path that is a file is refused', async () => {
    await writeFile(join(root, 'file'), 'x');
    await expect(openStateFolder(join(root, 'file'))).rejects.toThrow(/EEXIST|is not a folder/);
  });

  test('what a killed process left half written is removed', async () => {
    await writeFile(join(root, '.0123456789ab.tmp'), 'half', { mode: 0o600 });
    await openStateFolder(root);
    expect(await readdir(root)).toEqual([]);
  });
});
