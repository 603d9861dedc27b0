import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { createEncoder } from './encode.ts';
import { schemas } from './resource-types.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const cluster = (name: string, altStatName = '') => create(schemas.cluster, { name, altStatName });

describe('the encoder', () => {
  it('gives equal content the same object, also when other messages come in between', () => {
    const encoder = createEncoder(10);
    const first = encoder.encode(schemas.cluster, 'a', cluster('a'));
    encoder.encode(schemas.cluster, 'b', cluster('b'));
    expect(encoder.encode(schemas.cluster, 'a', cluster('a'))).toBe(first);
  });

  it('gives other content another version', () => {
    const encoder = createEncoder(10);
    const first = encoder.encode(schemas.cluster, 'a', cluster('a'));
    const second = encoder.encode(schemas.cluster, 'a', cluster('a', 'other'));
    expect(second.version).not.toBe(first.version);
  });

  it('keeps nothing that nobody has any more, however large its bound', async () => {
    const encoder = createEncoder(1_000_000);
    const made = Array.from({ length: 50 }, (_, at) => {
      const resource = encoder.encode(schemas.cluster, 'a', cluster('a', `${at}`.repeat(10_000)));
      return new WeakRef(resource);
    });
    // A WeakRef holds what it has until the end of the turn in which it was asked.
    await new Promise(setImmediate);
    collect();
    expect(made.filter((one) => one.deref() !== undefined)).toEqual([]);
  });

  it('forgets the longest unused at its limit and gives the same version again', () => {
    const encoder = createEncoder(2);
    const first = encoder.encode(schemas.cluster, 'a', cluster('a'));
    encoder.encode(schemas.cluster, 'b', cluster('b'));
    encoder.encode(schemas.cluster, 'c', cluster('c'));
    const again = encoder.encode(schemas.cluster, 'a', cluster('a'));
    expect(again).not.toBe(first);
    expect(again.version).toBe(first.version);
  });
});
