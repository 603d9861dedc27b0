import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createManualClock, WeftError } from '@weft/kernel';
import { describeViolation } from '@weft/model';
import { describe, expect, it } from 'vitest';
import { serviceText, silentLogger, temporaryFolder } from '../testing/fixtures.ts';
import { describeSource } from '../testing/source.contract.ts';
import { type AppliedSourceOptions, createAppliedSource } from './applied-source.ts';
import { type Disk, systemDisk } from './disk.ts';

async function open(dir: string, more: Partial<AppliedSourceOptions> = {}) {
  let changes = 0;
  const onChange = (): void => void changes++;
  const source = createAppliedSource({
    dir,
    clock: createManualClock(),
    logger: silentLogger,
    onChange,
    workingDir: dir,
    ...more,
  });
  await source.start();
  return { source, changes: () => changes };
}

const diskError = (code: string): Error => Object.assign(new Error(code), { code });

describeSource('the applied resources', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'weft-sources-'));
  let changes = 0;
  const make = () =>
    createAppliedSource({ dir, clock: createManualClock(), logger: silentLogger, onChange: () => void changes++ });
  let source = make();
  return {
    changes: () => changes,
    async open() {
      await source.stop();
      source = make();
      await source.start();
      return source;
    },
    async put(name, port) {
      expect(source.put(serviceText(name, port)).accepted).toBe(true);
    },
    async putBroken(name) {
      expect(source.put(serviceText(name, 0)).accepted).toBe(false);
    },
    async remove(name) {
      expect(source.delete('Service', 'shop', name)).toBe(true);
    },
    async close() {
      rmSync(dir, { recursive: true, force: true });
    },
  };
});

describe('applying resources', () => {
  it('says what was created, configured and unchanged, and keeps one file each', async () => {
    const dir = temporaryFolder();
    const { source, changes } = await open(dir);
    const apply = (text: string): unknown => source.put(text);
    expect(apply(`# a comment\n${serviceText('a', 1)}---\n${serviceText('b', 2)}`)).toEqual({
      accepted: true,
      applied: [
        { kind: 'Service', namespace: 'shop', name: 'a', change: 'created' },
        { kind: 'Service', namespace: 'shop', name: 'b', change: 'created' },
      ],
      version: 1,
    });
    expect(apply(`${serviceText('a', 1)}---\n${serviceText('b', 3)}`)).toMatchObject({
      applied: [{ change: 'unchanged' }, { change: 'configured' }],
    });
    expect(apply(serviceText('a', 1))).toMatchObject({ applied: [{ change: 'unchanged' }] });
    expect(changes()).toBe(2);
    expect(readdirSync(dir).sort()).toEqual(['service.shop.a.yaml', 'service.shop.b.yaml']);
    expect(readFileSync(join(dir, 'service.shop.b.yaml'), 'utf8')).toBe(serviceText('b', 3));
    expect(source.resources().map(({ position }) => position.file)).toEqual([
      'service.shop.a.yaml',
      'service.shop.b.yaml',
    ]);
  });

  it('takes all or nothing, and names each violation in the text that was sent', async () => {
    const dir = temporaryFolder();
    const { source, changes } = await open(dir);
    const result = source.put(
      `${serviceText('a', 1)}---\n${serviceText('b', 0)}---\n${serviceText('a', 2)}`,
      'canary.yaml',
    );
    expect(result.accepted ? [] : result.violations.map(describeViolation)).toEqual([
      'canary.yaml:9:47 spec.ports[0].port: port 0 is not in the range 1 to 65535',
      'canary.yaml:13:19 metadata.name: Service shop/a is given twice',
    ]);
    expect(readdirSync(dir)).toEqual([]);
    expect([source.resources(), changes()]).toEqual([[], 0]);
  });

  it('accepts nothing at all', async () => {
    const { source } = await open(temporaryFolder());
    expect(source.put('')).toEqual({ accepted: true, applied: [], version: 0 });
  });

  it('keeps indentation, and refuses what cannot stand alone', async () => {
    const dir = temporaryFolder();
    const { source } = await open(dir);
    expect(source.put(serviceText('a', 1).replaceAll(/^(?=.)/gm, '    ')).accepted).toBe(true);
    expect((await open(dir)).source.resources().map(({ name }) => name)).toEqual(['a']);
    const tagged = `%TAG !x! tag:yaml.org,2002:\n---\n${serviceText('b', 1).replace('name: b', 'name: !x!str b')}`;
    const result = source.put(tagged);
    expect(result.accepted ? [] : result.violations.map(({ message }) => message)).toEqual([
      'this document cannot be read without the rest of its file; write it without YAML directives',
    ]);
  });

  it('is bounded', async () => {
    const { source } = await open(temporaryFolder(), { resourcesMax: 1 });
    expect(source.put(serviceText('a', 1)).accepted).toBe(true);
    expect(source.put(serviceText('a', 2)).accepted).toBe(true);
    const result = source.put(serviceText('b', 1));
    expect(result.accepted ? [] : result.violations.map(describeViolation)).toEqual([
      'request:1:1 more than 1 resources would be kept; put them into the configuration folder instead',
    ]);
  });

  it('makes a folder that only its owner can read, and a file for a very long name', async () => {
    const dir = join(temporaryFolder(), 'state/applied');
    const { source } = await open(dir);
    const name = Array<string>(4).fill('a'.repeat(62)).join('.');
    expect(source.put(serviceText(name, 1)).accepted).toBe(true);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    const [file = ''] = readdirSync(dir);
    expect(file).toMatch(/^[0-9a-f]{64}\.yaml$/);
    expect(statSync(join(dir, file)).mode & 0o777).toBe(0o600);
    expect(source.delete('Service', 'shop', name)).toBe(true);
    expect(readdirSync(dir)).toEqual([]);
  });
});

describe('deleting an applied resource', () => {
  it('says whether there was one', async () => {
    const { source } = await open(temporaryFolder());
    source.put(serviceText('a', 1));
    expect(source.delete('Service', 'shop', 'b')).toBe(false);
    expect(source.delete('Gateway', 'shop', 'a')).toBe(false);
    expect(source.delete('Service', 'shop', 'a')).toBe(true);
    expect(source.delete('Service', 'shop', 'a')).toBe(false);
  });
});

describe('a disk that refuses', () => {
  const failing = (broken: Partial<Disk>): Disk => ({ ...systemDisk, ...broken });
  const full = (): never => {
    throw diskError('ENOSPC');
  };

  it('at writing changes nothing and says why', async () => {
    const dir = temporaryFolder();
    await open(dir).then(({ source }) => source.put(serviceText('a', 1)));
    let written = 0;
    const write: Disk['write'] = (path, text) => {
      if (++written === 2) {
        writeFileSync(path, text.slice(0, 10));
        full();
      }
      systemDisk.write(path, text);
    };
    const { source, changes } = await open(dir, { disk: failing({ write }) });
    const apply = (): unknown => source.put(`${serviceText('a', 2)}---\n${serviceText('b', 2)}`);
    expect(apply).toThrow(new WeftError('state_unwritable', `cannot write in ${dir}: the disk is full (ENOSPC)`));
    expect(readdirSync(dir)).toEqual(['service.shop.a.yaml']);
    expect(readFileSync(join(dir, 'service.shop.a.yaml'), 'utf8')).toBe(serviceText('a', 1));
    expect([source.resources().length, changes()]).toEqual([1, 0]);
  });

  it('between two renames leaves in force what is on the disk', async () => {
    const dir = temporaryFolder();
    let renamed = 0;
    const rename: Disk['rename'] = (from, to) => {
      if (to.endsWith('.yaml') && ++renamed === 2) throw diskError('EIO');
      systemDisk.rename(from, to);
    };
    const { source, changes } = await open(dir, { disk: failing({ rename }) });
    expect(() => source.put(`${serviceText('a', 1)}---\n${serviceText('b', 2)}`)).toThrow(
      'the disk reports an error (EIO)',
    );
    expect(source.resources().map(({ name }) => name)).toEqual(['a']);
    expect(readdirSync(dir)).toEqual(['service.shop.a.yaml']);
    expect(changes()).toBe(1);
  });

  it('at deleting leaves the resource in force', async () => {
    const dir = temporaryFolder();
    const remove: Disk['remove'] = (path) => {
      if (path.endsWith('.yaml')) throw diskError('EROFS');
    };
    const { source } = await open(dir, { disk: failing({ remove }) });
    source.put(serviceText('a', 1));
    expect(() => source.delete('Service', 'shop', 'a')).toThrow('the file system is read-only (EROFS)');
    expect(source.resources()).toHaveLength(1);
  });

  it('at reading is a state, not a crash', async () => {
    const dir = temporaryFolder();
    const list = (): never => {
      throw diskError('EACCES');
    };
    const { source } = await open(dir, { disk: failing({ list }) });
    expect(source.files()[0]?.violations[0]?.message).toBe('the folder cannot be read: permission denied (EACCES)');
  });
});

describe('a start on what was kept', () => {
  it('rejects a damaged file, keeps the others and never reads half-written ones', async () => {
    const dir = temporaryFolder();
    writeFileSync(join(dir, 'service.shop.a.yaml'), serviceText('a', 1));
    writeFileSync(join(dir, 'service.shop.b.yaml'), 'kind: [');
    writeFileSync(join(dir, 'service.shop.c.yaml.tmp'), serviceText('c', 1));
    chmodSync(dir, 0o700);
    const { source } = await open(dir);
    expect(source.files().map(({ file, state }) => [file, state])).toEqual([
      ['service.shop.a.yaml', 'ok'],
      ['service.shop.b.yaml', 'rejected'],
    ]);
    expect(source.put(serviceText('b', 1)).accepted).toBe(true);
    expect(source.resources().map(({ name }) => name)).toEqual(['a', 'b']);
  });
});
