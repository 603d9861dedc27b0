import { create } from '@bufbuild/protobuf';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import { createManualClock, WeftError } from '@weft/kernel';
import { patience } from '@weft/kernel/testing';
import { type ReceivedResource, xdsTypes } from '@weft/xds-protocol';
import { describe, expect, test, vi } from 'vitest';
import { cacheLimits, createConfigCache, decodeCache, encodeCache, type Resources } from './config-cache.ts';
import type { StateFolder } from './state-folder.ts';

function resource(typeUrl: string, name: string, bytes = 3): ReceivedResource {
  return { name, version: `v-${name}`, body: create(AnySchema, { typeUrl, value: new Uint8Array(bytes).fill(7) }) };
}

function resourcesOf(...entries: readonly (readonly [string, string])[]): Resources {
  const all = new Map<string, Map<string, ReceivedResource>>();
  for (const [typeUrl, name] of entries) {
    const ofType = all.get(typeUrl) ?? new Map<string, ReceivedResource>();
    all.set(typeUrl, ofType.set(name, resource(typeUrl, name)));
  }
  return all;
}

const some = resourcesOf([xdsTypes.RDS, 'r'], [xdsTypes.CDS, 'a'], [xdsTypes.CDS, 'b'], [xdsTypes.LDS, 'l']);

function memoryFolder(write?: StateFolder['write']) {
  const files = new Map<string, string>();
  const folder: StateFolder = {
    read: async (name) => files.get(name),
    write: write ?? (async (name, content) => void files.set(name, content)),
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

describe('the kept configuration', () => {
  test('what was written is read back with its versions, in the order to apply it', () => {
    const updates = decodeCache(encodeCache(some, 'me'), 'me');
    expect(updates.map(({ typeUrl }) => typeUrl)).toEqual([xdsTypes.CDS, xdsTypes.LDS, xdsTypes.RDS]);
    expect(updates[0]?.changed.map(({ name, version }) => [name, version])).toEqual([
      ['a', 'v-a'],
      ['b', 'v-b'],
    ]);
    expect(updates[0]?.changed[0]?.body.typeUrl).toBe(xdsTypes.CDS);
    expect([...(updates[0]?.changed[0]?.body.value ?? [])]).toEqual([7, 7, 7]);
  });

  test('has no resource with a private key in it', () => {
    const value = Buffer.from('tls -----BEGIN EC PRIVATE KEY-----\nMHc=');
    const listener = { name: 'l', version: '1', body: create(AnySchema, { typeUrl: xdsTypes.LDS, value }) };
    const text = encodeCache(new Map([[xdsTypes.LDS, new Map([['l', listener]])]]), 'me');
    expect(decodeCache(text, 'me')).toMatchObject([{ typeUrl: xdsTypes.LDS, changed: [] }]);
  });

  test('a file that is damaged anywhere is refused', () => {
    const good = encodeCache(some, 'me');
    for (let at = 0; at < good.length; at += 7) {
      const damaged = `${good.slice(0, at)}~${good.slice(at + 1)}`;
      expect(() => decodeCache(damaged, 'me'), `at ${at}`).toThrow(WeftError);
      expect(() => decodeCache(good.slice(0, at), 'me')).toThrow(WeftError);
    }
  });

  test.each(['', 'null', '[]', '{"format":1}', '{"payload":"[]","format":2}', '\u0000'])('%j is refused', (text) => {
    expect(() => decodeCache(text, 'me')).toThrow(/the kept configuration is not used/);
  });

  test('the file of a proxy that was started differently is refused', () => {
    expect(() => decodeCache(encodeCache(some, 'other'), 'me')).toThrow(/started differently/);
  });

  test('more resources than the bound are refused', () => {
    const names = Array.from({ length: cacheLimits.resourcesMax + 1 }, (_, at) => [xdsTypes.EDS, `e${at}`] as const);
    expect(() => decodeCache(encodeCache(resourcesOf(...names), 'me'), 'me')).toThrow(/more than 50000/);
  });
});

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
    const large = new Map([[xdsTypes.CDS, new Map([['a', resource(xdsTypes.CDS, 'a', cacheLimits.textMax)]])]]);
    const { cache, problems } = setUp(folder, () => large);
    cache.touch();
    await cache.flush();
    expect(files.size).toBe(0);
    expect(problems[0]).toMatch(/it is not kept/);
  });
});
