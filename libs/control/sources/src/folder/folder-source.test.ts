import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { createManualClock, systemClock } from '@weft/kernel';
import { describeViolation, limits } from '@weft/model';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sourceLimits } from '../limits.ts';
import type { ResourceSource } from '../source.ts';
import { createChangeCounter, serviceText, silentLogger, temporaryFolder } from '../testing/fixtures.ts';
import { describeSource } from '../testing/source.contract.ts';
import { createFolderSource, type FolderSourceOptions } from './folder-source.ts';

const names = (source: ResourceSource): string[] => source.resources().map(({ name }) => name);
const states = (source: ResourceSource): string[] => source.files().map(({ file, state }) => `${file} ${state}`);

/** A source that is looked at by hand: no watcher's event is waited for. */
async function openByHand(dir: string, more: Partial<FolderSourceOptions> = {}) {
  const clock = createManualClock(1_000_000);
  const source = createFolderSource({ dir, clock, logger: silentLogger, onChange: () => {}, workingDir: dir, ...more });
  await source.start();
  onTestFinished(() => source.stop());
  /** Two looks with the time between them in which a save in steps is over. */
  const settle = async (): Promise<void> => {
    await source.refresh();
    clock.advance(sourceLimits.confirmMs);
    await source.refresh();
  };
  return { source, clock, settle };
}

/** A source as in a process, on the real clock and real events. */
async function openLive(dir: string) {
  const changes = createChangeCounter();
  const source = createFolderSource({ dir, clock: systemClock, logger: silentLogger, onChange: changes.bump });
  await source.start();
  onTestFinished(() => source.stop());
  return { source, changes };
}

describeSource('a watched folder', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'weft-sources-'));
  const changes = createChangeCounter();
  let source = createFolderSource({ dir, clock: systemClock, logger: silentLogger, onChange: changes.bump });
  const stateOf = (name: string) => source.files().find(({ file }) => file.endsWith(`/${name}.yaml`));
  const write = async (name: string, text: string, holds: () => boolean): Promise<void> => {
    writeFileSync(join(dir, `${name}.yaml`), text);
    await changes.until(holds);
  };
  return {
    changes: changes.count,
    async open() {
      await source.stop();
      source = createFolderSource({ dir, clock: systemClock, logger: silentLogger, onChange: changes.bump });
      await source.start();
      return source;
    },
    put: (name, port) =>
      write(name, serviceText(name, port), () =>
        source
          .resources()
          .some((one) => one.name === name && one.kind === 'Service' && one.spec.ports[0]?.port === port),
      ),
    putBroken: (name) => write(name, 'kind: [', () => stateOf(name)?.state === 'rejected'),
    async remove(name) {
      unlinkSync(join(dir, `${name}.yaml`));
      await changes.until(() => stateOf(name) === undefined);
    },
    async close() {
      await source.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
});

describe('a change in a watched folder', () => {
  it('is in force within 300 ms', async () => {
    const dir = temporaryFolder();
    writeFileSync(join(dir, 'a.yaml'), serviceText('a', 1));
    const { source, changes } = await openLive(dir);
    const startedAt = performance.now();
    writeFileSync(join(dir, 'a.yaml'), serviceText('b', 1));
    await changes.until(() => names(source).includes('b'));
    // The bound of the issue is 300; a loaded build machine gets the rest.
    expect(performance.now() - startedAt).toBeLessThan(1_500);
  });

  it('is seen when an editor saves by rename', async () => {
    const dir = temporaryFolder();
    writeFileSync(join(dir, 'a.yaml'), serviceText('a', 1));
    const { source, changes } = await openLive(dir);
    for (const name of ['b', 'c']) {
      writeFileSync(join(dir, 'a.yaml~new'), serviceText(name, 1));
      renameSync(join(dir, 'a.yaml~new'), join(dir, 'a.yaml'));
      await changes.until(() => names(source).includes(name));
    }
    expect(names(source)).toEqual(['c']);
  });

  it('is seen in a folder that came later, and in one inside it', async () => {
    const dir = temporaryFolder();
    const { source, changes } = await openLive(dir);
    mkdirSync(join(dir, 'one/two'), { recursive: true });
    writeFileSync(join(dir, 'one/two/a.yml'), serviceText('a', 1));
    await changes.until(() => names(source).includes('a'));
    writeFileSync(join(dir, 'one/two/a.yml'), serviceText('b', 1));
    await changes.until(() => names(source).includes('b'));
  });

  it('is seen when the folder itself comes, goes and comes again', async () => {
    const dir = join(temporaryFolder(), 'mesh');
    const { source, changes } = await openLive(dir);
    expect(source.files().map((file) => file.violations.map(({ message }) => message))).toEqual([
      ['the folder cannot be read: it does not exist (ENOENT)'],
    ]);
    for (const name of ['a', 'b']) {
      mkdirSync(dir);
      writeFileSync(join(dir, 'f.yaml'), serviceText(name, 1));
      await changes.until(() => names(source).includes(name));
      rmSync(dir, { recursive: true });
      await changes.until(() => names(source).length === 0);
    }
  });

  it('is seen when Kubernetes swaps the version of a ConfigMap', async () => {
    const dir = temporaryFolder();
    const version = (number: number, name: string): void => {
      mkdirSync(join(dir, `..v${number}`));
      writeFileSync(join(dir, `..v${number}/a.yaml`), serviceText(name, 1));
      symlinkSync(`..v${number}`, join(dir, '..next'));
      renameSync(join(dir, '..next'), join(dir, '..data'));
    };
    version(1, 'a');
    symlinkSync('..data/a.yaml', join(dir, 'a.yaml'));
    const { source, changes } = await openLive(dir);
    expect(names(source)).toEqual(['a']);
    version(2, 'b');
    await changes.until(() => names(source).includes('b'));
    expect(source.files()).toHaveLength(1);
  });

  it('is found by polling where no event comes', async () => {
    const dir = temporaryFolder();
    const changes = createChangeCounter();
    const { source, clock } = await openByHand(dir, { onChange: changes.bump });
    writeFileSync(join(dir, 'a.yaml'), serviceText('a', 1));
    clock.advance(sourceLimits.pollMs);
    await changes.until(() => names(source).includes('a'));
  });

  it('is not told of after the source stopped', async () => {
    const dir = temporaryFolder();
    const changes = createChangeCounter();
    const { source, clock } = await openByHand(dir, { onChange: changes.bump });
    await source.stop();
    writeFileSync(join(dir, 'a.yaml'), serviceText('a', 1));
    clock.advance(10 * sourceLimits.pollMs);
    await source.refresh();
    expect(changes.count()).toBe(0);
    expect(clock.pending()).toBe(0);
  });
});

describe('a file of a watched folder', () => {
  it('that has a bad document leaves the last good version of that one and all others in force', async () => {
    const dir = temporaryFolder();
    writeFileSync(join(dir, 'a.yaml'), `${serviceText('a', 1)}---\n${serviceText('b', 2)}`);
    writeFileSync(join(dir, 'c.yaml'), serviceText('c', 3));
    const { source, clock } = await openByHand(dir);
    clock.advance(5_000);
    writeFileSync(join(dir, 'a.yaml'), `${serviceText('a', 9)}---\n${serviceText('b', 99_999)}`);
    await source.refresh();
    expect(names(source)).toEqual(['a', 'b', 'c']);
    expect(source.resources().map(({ spec }) => ('ports' in spec ? spec.ports : undefined))).toMatchObject([
      [{ port: 9 }],
      [{ port: 2 }],
      [{ port: 3 }],
    ]);
    const [state] = source.files();
    expect(state).toMatchObject({
      file: 'a.yaml',
      state: 'partial',
      resources: 2,
      lastGoodAt: '1970-01-01T00:16:45.000Z',
    });
    expect(state?.violations.map(describeViolation)).toEqual([
      'a.yaml:9:47 spec.ports[0].port: port 99999 is not in the range 1 to 65535',
    ]);
  });

  it('loses what is deleted from it beside a bad document, and nothing while a document is no YAML at all', async () => {
    const dir = temporaryFolder();
    writeFileSync(join(dir, 'a.yaml'), `${serviceText('a', 1)}---\n${serviceText('b', 2)}`);
    const { source } = await openByHand(dir);
    writeFileSync(join(dir, 'a.yaml'), serviceText('a', 99_999));
    await source.refresh();
    expect(names(source)).toEqual(['a']);
    writeFileSync(join(dir, 'a.yaml'), `${serviceText('c', 1)}---\nkind: [`);
    await source.refresh();
    expect(names(source)).toEqual(['c', 'a']);
    writeFileSync(join(dir, 'a.yaml'), `${serviceText('c', 1)}---\nkind: Nothing\napiVersion: v1\n`);
    await source.refresh();
    expect(names(source)).toEqual(['c']);
  });

  it('is named relative to the working directory below it, else as given', async () => {
    const dir = temporaryFolder();
    mkdirSync(join(dir, 'infra/mesh'), { recursive: true });
    writeFileSync(join(dir, 'infra/mesh/a.yaml'), serviceText('a', 1));
    const below = await openByHand(join(dir, 'infra/mesh'), { workingDir: dir });
    expect(below.source.resources()[0]?.position.file).toBe('infra/mesh/a.yaml');
    const outside = await openByHand(join(dir, 'infra/mesh'), { workingDir: tmpdir().concat('/elsewhere') });
    expect(outside.source.resources()[0]?.position.file).toBe(`${dir}/infra/mesh/a.yaml`);
    const given = relative(process.cwd(), join(dir, 'infra/mesh'));
    const above = await openByHand(given, { workingDir: process.cwd() });
    expect(above.source.resources()[0]?.position.file).toBe(`${given}/a.yaml`);
  });

  it('that is empty for a moment while it is saved keeps its resources', async () => {
    const dir = temporaryFolder();
    writeFileSync(join(dir, 'a.yaml'), serviceText('a', 1));
    const { source, clock } = await openByHand(dir);
    truncateSync(join(dir, 'a.yaml'));
    await source.refresh();
    expect(names(source)).toEqual(['a']);
    writeFileSync(join(dir, 'a.yaml'), serviceText('b', 1));
    clock.advance(sourceLimits.confirmMs);
    await source.refresh();
    expect(names(source)).toEqual(['b']);
  });

  it('that is gone for a moment while it is saved keeps its resources', async () => {
    const dir = temporaryFolder();
    writeFileSync(join(dir, 'a.yaml'), serviceText('a', 1));
    const { source, settle } = await openByHand(dir);
    renameSync(join(dir, 'a.yaml'), join(dir, 'a.yaml~'));
    await source.refresh();
    expect(names(source)).toEqual(['a']);
    await settle();
    expect(names(source)).toEqual([]);
    expect(states(source)).toEqual([]);
  });

  it('that stays empty loses its resources', async () => {
    const dir = temporaryFolder();
    writeFileSync(join(dir, 'a.yaml'), serviceText('a', 1));
    const { source, settle } = await openByHand(dir);
    truncateSync(join(dir, 'a.yaml'));
    await settle();
    expect(names(source)).toEqual([]);
    expect(states(source)).toEqual(['a.yaml ok']);
  });

  it('is read again although its size and time are the same', async () => {
    const dir = temporaryFolder();
    const write = (name: string): void => {
      writeFileSync(join(dir, 'a.yaml'), serviceText(name, 1));
      utimesSync(join(dir, 'a.yaml'), 1, 1);
    };
    write('a');
    const { source } = await openByHand(dir);
    write('b');
    await source.refresh();
    expect(names(source)).toEqual(['b']);
  });

  it('is left out when it is hidden or not YAML', async () => {
    const dir = temporaryFolder();
    for (const name of ['.a.yaml', 'b.json', 'c.yaml~', '4913', 'd.YAML', 'e.yml']) {
      writeFileSync(join(dir, name), serviceText('a', 1));
    }
    const { source } = await openByHand(dir);
    expect(states(source)).toEqual(['d.YAML ok', 'e.yml ok']);
  });

  it('that is not UTF-8, too large or a folder of that name is dealt with', async () => {
    const dir = temporaryFolder();
    writeFileSync(join(dir, 'a.yaml'), Buffer.from([0x61, 0xff, 0xfe]));
    writeFileSync(join(dir, 'b.yaml'), Buffer.alloc(limits.fileLengthMax + 1, '#'));
    mkdirSync(join(dir, 'c.yaml'));
    const { source } = await openByHand(dir);
    expect(source.files().flatMap(({ violations }) => violations.map(describeViolation))).toEqual([
      'a.yaml:1:1 the file is not UTF-8',
      `b.yaml:1:1 the file is larger than ${limits.fileLengthMax} bytes`,
    ]);
  });
});

describe('symbolic links in a watched folder', () => {
  it('are followed to files and folders, and circles are not', async () => {
    const dir = temporaryFolder();
    const elsewhere = temporaryFolder();
    writeFileSync(join(elsewhere, 'b.yaml'), serviceText('b', 1));
    writeFileSync(join(elsewhere, 'target'), serviceText('a', 1));
    symlinkSync(join(elsewhere, 'target'), join(dir, 'a.yaml'));
    symlinkSync(elsewhere, join(dir, 'linked'));
    symlinkSync('.', join(dir, 'circle'));
    symlinkSync('loop.yaml', join(dir, 'loop.yaml'));
    symlinkSync('nowhere', join(dir, 'broken.yaml'));
    const { source } = await openByHand(dir);
    expect(names(source)).toEqual(['a', 'b']);
    expect(states(source)).toEqual(['a.yaml ok', 'linked/b.yaml ok', 'loop.yaml rejected']);
  });
});

describe('the bounds of a watched folder', { timeout: 60_000 }, () => {
  it('hold the number of files: the rest is not read, and reported', async () => {
    const dir = temporaryFolder();
    for (const name of ['a', 'b', 'c']) writeFileSync(join(dir, `${name}.yaml`), serviceText(name, 1));
    const { source } = await openByHand(dir, { filesMax: 2 });
    expect(names(source)).toEqual(['a', 'b']);
    expect(source.files().flatMap(({ violations }) => violations.map(describeViolation))).toEqual([
      '.:1:1 there are more than 2 files; the rest is not read',
    ]);
    unlinkSync(join(dir, 'c.yaml'));
    await source.refresh();
    expect(states(source)).toEqual(['a.yaml ok', 'b.yaml ok']);
  });

  it('hold the number and the depth of folders', async () => {
    const dir = temporaryFolder();
    mkdirSync(join(dir, ...Array<string>(sourceLimits.folderDepthMax + 1).fill('d')), { recursive: true });
    for (let index = 0; index <= sourceLimits.foldersMax; index++) mkdirSync(join(dir, `w${index}`));
    const { source } = await openByHand(dir);
    const messages = source.files().flatMap(({ violations }) => violations.map(({ message }) => message));
    expect(messages).toEqual([
      `there are more than ${sourceLimits.foldersMax} folders; the rest is not read`,
      `folders are nested deeper than ${sourceLimits.folderDepthMax}; this one is not read`,
    ]);
  });

  it('hold the number of entries that are looked at', async () => {
    const dir = temporaryFolder();
    writeFileSync(join(dir, 'x'), '');
    for (let index = 1; index < sourceLimits.entriesMax; index++) writeFileSync(join(dir, `x${index}`), '');
    const { source } = await openByHand(dir);
    expect(source.files().map(({ violations }) => violations[0]?.message)).toEqual([
      `the folder has ${sourceLimits.entriesMax} entries or more; the rest is not looked at`,
    ]);
  });
});

it('the mesh of this repository is accepted', async () => {
  const dir = temporaryFolder();
  cpSync(new URL('../../../../../infra/mesh', import.meta.url), dir, { recursive: true });
  const { source } = await openByHand(dir);
  expect(source.files().filter(({ state }) => state !== 'ok')).toEqual([]);
  expect(source.resources().length).toBeGreaterThan(0);
});
