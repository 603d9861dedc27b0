import { createManualClock, WeftError } from '@weft/kernel';
import { patience } from '@weft/kernel/testing';
import { xdsTypes } from '@weft/xds-protocol';
import { describe, expect, test, vi } from 'vitest';
import { cacheFileLimits, type Resources } from './cache-file.ts';
import { cacheLimits, createConfigCache } from './config-cache.ts';
import type { StateFolder } from './state-folder.ts';
import { resource, resourcesOf } from './testing/resources.ts';

const some = resourcesOf([xdsTypes.RDS, 'r'], [xdsTypes.CDS, 'a'], [xdsTypes.CDS, 'b'], [xdsTypes.LDS, 'l']);

function memoryFolder(write?: StateFolder['write']) {
  const files = new Map<string, string>();
  const folder: StateFolder = {
    read: async (name) => files.get(name),
    write: write ?? (async (name, content) => void files.set(name, [...content].join(''))),
  };
  return { files, folder };
}

function setUp(folder: StateFolder, resources: () => Resources = () => some) {
  const clock = createManualClock();
  const problems: string[] = [];
  const onProblem = (sentence: string, error?: unknown): void => {
    problems.push(`${sentence}: ${error instanceof Error ? error.message : ''}`);
  };
  return { clock, problems, cache: createConfigCache({ folder, clock, fingerprint: 'me', resources, onProblem }) };
}

/** Until it has been heeded: a write begins some turns after it was asked for. */
async function letGo(go: () => void, heeded: () => boolean): Promise<void> {
  while (!heeded()) {
    go();
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

describe('writing the configuration', () => {
  test('changes are gathered until they settle, but not for ever', async () => {
    const { files, folder } = memoryFolder();
    const write = vi.spyOn(folder, 'write');
    const { clock, cache } = setUp(folder);
    for (let at = 0; at < cacheLimits.settleMaxMs / 500 - 1; at += 1) {
      cache.touch();
      clock.advance(500);
    }
    expect(write).not.toHaveBeenCalled();
    cache.touch();
    clock.advance(500);
    await vi.waitFor(() => expect(write).toHaveBeenCalledTimes(1), patience);
    expect(files.size).toBe(1);
    cache.touch();
    clock.advance(cacheLimits.settleMs);
    await vi.waitFor(() => expect(write).toHaveBeenCalledTimes(2), patience);
    expect(await cache.load()).toHaveLength(3);
  });

  test('the end of the process writes what waits', async () => {
    const { files, folder } = memoryFolder();
    const { cache } = setUp(folder);
    await cache.flush();
    expect(files.size).toBe(0);
    cache.touch();
    await cache.flush();
    expect(files.size).toBe(1);
  });

  test('a change while it is written is written after it, and the end waits for both', async () => {
    const written: string[] = [];
    let begun = 0;
    let go = (): void => {};
    const { folder } = memoryFolder(async (_name, content) => {
      const pieces = [...content].join('');
      begun += 1;
      await new Promise<void>((resolve) => {
        go = resolve;
      });
      written.push(pieces);
    });
    let now = some;
    const { cache } = setUp(folder, () => now);
    cache.touch();
    const first = cache.flush();
    await vi.waitFor(() => expect(begun).toBe(1), patience);
    now = resourcesOf([xdsTypes.CDS, 'later']);
    cache.touch();
    const both = cache.flush();
    await letGo(
      () => go(),
      () => written.length === 1,
    );
    await first;
    expect(written[0]).not.toContain('later');
    await letGo(
      () => go(),
      () => written.length === 2,
    );
    await both;
    expect(written[1]).toContain('later');
  });

  test('a full disk is said once and stops nothing', async () => {
    const { folder } = memoryFolder(() => Promise.reject(new WeftError('state_invalid', 'ENOSPC')));
    const { cache, problems } = setUp(folder);
    for (let at = 0; at < 3; at += 1) {
      cache.touch();
      await cache.flush();
    }
    expect(problems).toEqual(['the configuration could not be kept on disk: ENOSPC']);
  });

  test('a configuration over the bound is not kept', async () => {
    const { files, folder } = memoryFolder();
    const large = new Map([
      [xdsTypes.CDS, new Map([['a', resource(xdsTypes.CDS, 'a', cacheFileLimits.messageBytesMax + 1)]])],
    ]);
    const { cache, problems } = setUp(folder, () => large);
    cache.touch();
    await cache.flush();
    expect(files.size).toBe(0);
    expect(problems[0]).toMatch(/it is not kept/);
  });
});
