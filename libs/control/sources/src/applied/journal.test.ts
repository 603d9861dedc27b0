import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createManualClock, createSeededRandom } from '@weft/kernel';
import { describe, expect, it } from 'vitest';
import { serviceText, silentLogger, temporaryFolder } from '../testing/fixtures.ts';
import { type AppliedSource, createAppliedSource } from './applied-source.ts';
import { type Disk, systemDisk } from './disk.ts';

async function open(dir: string, disk: Disk = systemDisk, historyMax = 100): Promise<AppliedSource> {
  const source = createAppliedSource({
    dir,
    disk,
    historyMax,
    clock: createManualClock(),
    logger: silentLogger,
    onChange: () => {},
    workingDir: dir,
  });
  await source.start();
  return source;
}

/** "a=1 b=2": services with their ports. */
const inForce = (source: AppliedSource): string =>
  source
    .resources()
    .map((one) => `${one.name}=${one.kind === 'Service' ? one.spec.ports[0]?.port : ''}`)
    .join(' ');

describe('the history of what was applied', () => {
  it('has a version for each accepted change, across restarts, and none for what changes nothing', async () => {
    const dir = join(temporaryFolder(), 'applied');
    const source = await open(dir);
    expect(source.version()).toBe(0);
    source.put(serviceText('a', 1));
    source.put(serviceText('a', 1));
    source.put(`${serviceText('a', 2)}---\n${serviceText('b', 1)}`);
    source.delete('Service', 'shop', 'a');
    const again = await open(dir);
    expect(again.version()).toBe(3);
    expect(again.history().map(({ version, action, changes }) => [version, action, changes.length])).toEqual([
      [3, 'delete', 1],
      [2, 'apply', 2],
      [1, 'apply', 1],
    ]);
  });

  it('goes back to any version that it reaches, and forth again', async () => {
    const source = await open(join(temporaryFolder(), 'applied'));
    source.put(serviceText('a', 1));
    source.put(`${serviceText('a', 2)}---\n${serviceText('b', 1)}`);
    source.delete('Service', 'shop', 'a');
    expect(source.rollback(1)).toMatchObject({
      version: 4,
      applied: [
        { name: 'a', change: 'created' },
        { name: 'b', change: 'deleted' },
      ],
    });
    expect(inForce(source)).toBe('a=1');
    source.rollback(2);
    expect(inForce(source)).toBe('a=2 b=1');
    source.rollback(0);
    expect(inForce(source)).toBe('');
    expect(source.rollback(7)).toBeUndefined();
    expect(source.history()[0]).toMatchObject({ version: 6, action: 'rollback', to: 0 });
  });

  it('keeps as many versions as its bound, and goes back no further', async () => {
    const dir = join(temporaryFolder(), 'applied');
    const source = await open(dir, systemDisk, 2);
    for (const port of [1, 2, 3, 4]) source.put(serviceText('a', port));
    expect(readdirSync(`${dir}-history`)).toEqual(['0000000003.json', '0000000004.json']);
    expect(source.rollback(1)).toBeUndefined();
    expect(source.rollback(2)).toMatchObject({ version: 5 });
    expect(inForce(source)).toBe('a=2');
  });

  it('refuses a change that was made for another version', async () => {
    const source = await open(join(temporaryFolder(), 'applied'));
    source.put(serviceText('a', 1));
    expect(source.put(serviceText('a', 2), 'request', 0)).toMatchObject({ accepted: false, conflict: { version: 1 } });
    expect(source.rollback(0, 0)).toMatchObject({ accepted: false, conflict: { version: 1 } });
    expect(source.put(serviceText('a', 2), 'request', 1)).toMatchObject({ accepted: true, version: 2 });
  });

  it('reads past files that are not its own', async () => {
    const dir = join(temporaryFolder(), 'applied');
    const source = await open(dir);
    source.put(serviceText('a', 1));
    source.put(serviceText('a', 2));
    writeFileSync(join(`${dir}-history`, '0000000001.json'), '{"version": "no"}');
    writeFileSync(join(`${dir}-history`, 'notes.txt'), '');
    const again = await open(dir);
    expect(again.history().map(({ version }) => version)).toEqual([2]);
    expect(again.rollback(1)).toMatchObject({ version: 3 });
    expect(again.rollback(0)).toBeUndefined();
  });
});

/** Stops the world after some steps of the disk, as a kill does: what follows never happens. */
function dying(stepsLeft: number): Disk {
  let left = stepsLeft;
  const step = <T extends readonly unknown[]>(act: (...args: T) => void) => {
    return (...args: T): void => {
      if (left === 0) throw new Error('killed');
      left -= 1;
      act(...args);
    };
  };
  return {
    ...systemDisk,
    makeFolder: step(systemDisk.makeFolder),
    rename: step(systemDisk.rename),
    remove: step(systemDisk.remove),
    syncFolder: step(systemDisk.syncFolder),
    write: (path, text) => {
      if (left === 0) throw new Error('killed');
      left -= 1;
      // A kill in the middle of a write leaves half of it.
      systemDisk.write(path, left === 0 ? text.slice(0, text.length / 2) : text);
      if (left === 0) throw new Error('killed');
    },
  };
}

describe('a kill at any step', () => {
  const seeds = Array.from({ length: 20 }, (_, index) => index + 1);

  it.each(seeds)('leaves what was acknowledged, and a change whole or not at all (seed %i)', async (seed) => {
    const random = createSeededRandom(seed);
    const pick = (count: number): number => Math.floor(random() * count);
    const dir = join(temporaryFolder(), 'applied');
    mkdirSync(dir, { recursive: true });
    let acknowledged = '';
    for (let life = 0; life < 12; life++) {
      const source = await open(dir, dying(1 + pick(20)));
      let attempted = acknowledged;
      try {
        for (;;) {
          const wanted = new Map(
            acknowledged
              .split(' ')
              .filter(Boolean)
              .map((item) => item.split('=') as [string, string]),
          );
          const names = ['a', 'b', 'c'].filter(() => pick(2) === 0);
          const doomed = ['a', 'b', 'c'][pick(3)] ?? 'a';
          const port = 1 + pick(1000);
          const deletes = names.length === 0;
          if (deletes) wanted.delete(doomed);
          else for (const name of names) wanted.set(name, String(port));
          attempted = [...wanted]
            .sort()
            .map(([name, value]) => `${name}=${value}`)
            .join(' ');
          if (deletes) source.delete('Service', 'shop', doomed);
          else source.put(names.map((name) => serviceText(name, port)).join('---\n'));
          acknowledged = attempted;
        }
      } catch {
        // Killed.
      }
      const found = inForce(await open(dir));
      expect([acknowledged, attempted]).toContain(found);
      acknowledged = found;
    }
  });

  it('between the files of one change makes the rest at the next start', async () => {
    const dir = join(temporaryFolder(), 'applied');
    let renamed = 0;
    const source = await open(dir, {
      ...systemDisk,
      rename(from, to) {
        if (to.endsWith('.yaml') && ++renamed === 2) throw new Error('killed');
        systemDisk.rename(from, to);
      },
      remove() {
        throw new Error('killed');
      },
    });
    expect(() => source.put(`${serviceText('a', 1)}---\n${serviceText('b', 1)}`)).toThrow();
    expect(readdirSync(dir).filter((name) => name.endsWith('.yaml'))).toEqual(['service.shop.a.yaml']);
    const again = await open(dir);
    expect(inForce(again)).toBe('a=1 b=1');
    expect(again.version()).toBe(1);
    expect(readFileSync(join(dir, 'service.shop.b.yaml'), 'utf8')).toBe(serviceText('b', 1));
  });
});
