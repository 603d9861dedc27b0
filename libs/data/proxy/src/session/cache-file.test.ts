import { createHash } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import { WeftError } from '@weft/kernel';
import { type ReceivedResource, xdsTypes } from '@weft/xds-protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cacheFileLimits, decodeCache, encodeCache, type Resources } from './cache-file.ts';
import { stateFileBytesMax } from './state-folder.ts';
import { resource, resourcesOf } from './testing/resources.ts';

const some = resourcesOf([xdsTypes.RDS, 'r'], [xdsTypes.CDS, 'a'], [xdsTypes.CDS, 'b'], [xdsTypes.LDS, 'l']);
const fileOf = (resources: Resources, fingerprint = 'me') => [...encodeCache(resources, fingerprint)].join('');

/** Compared as what it is, not by the class of its octets. */
const plain = ({ name, version, body }: ReceivedResource) => [name, version, Buffer.from(body.value).toString('hex')];

describe('the kept configuration', () => {
  test('what was written is read back with its versions, in the order to apply it', () => {
    const updates = decodeCache(fileOf(some), 'me');
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
    const file = fileOf(
      new Map([
        [
          xdsTypes.LDS,
          new Map([
            ['l', listener],
            ['m', resource(xdsTypes.LDS, 'm')],
          ]),
        ],
      ]),
    );
    expect(decodeCache(file, 'me')).toMatchObject([{ typeUrl: xdsTypes.LDS, changed: [{ name: 'm' }] }]);
  });

  test('a file that is damaged anywhere is refused', () => {
    const good = fileOf(some);
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
    expect(() => decodeCache(fileOf(some, 'other'), 'me')).toThrow(/started differently/);
  });

  test('large and odd ones come back whole, from small pieces', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.nat(3 * cacheFileLimits.pieceMax))),
        (entries) => {
          const byName = new Map(entries.map(([name, bytes]) => [name, resource(xdsTypes.RDS, name, bytes)]));
          const pieces = [...encodeCache(new Map([[xdsTypes.RDS, byName]]), 'me')];
          expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThanOrEqual(cacheFileLimits.pieceMax);
          const [update] = decodeCache(pieces.join(''), 'me');
          expect((update?.changed ?? []).map(plain)).toEqual([...byName.values()].map(plain));
        },
      ),
      { numRuns: 20, examples: [[['\n', '\r\n', '\u2028', '\ud800', '\0', '"', ''].map((name) => [name, 1])]] },
    );
  });

  test('has each resource under the type that it is in force as', () => {
    const odd = resource('types.example/envoy.config.cluster.v3.Cluster', 'a');
    const updates = decodeCache(fileOf(new Map([[xdsTypes.CDS, new Map([['a', odd]])]])), 'me');
    expect(updates.map(({ typeUrl }) => typeUrl)).toEqual([xdsTypes.CDS]);
  });

  test('is what the resources were when the writing began', () => {
    const byName = new Map([['a', resource(xdsTypes.CDS, 'a')]]);
    const pieces = encodeCache(new Map([[xdsTypes.CDS, byName]]), 'me');
    byName.delete('a');
    expect(decodeCache([...pieces].join(''), 'me')[0]?.changed).toHaveLength(1);
  });

  test('more than is kept is refused, in memory and in a file', () => {
    const wide = 'x'.repeat(stateFileBytesMax / 2);
    const names = Array.from(
      { length: cacheFileLimits.resourcesMax + 1 },
      (_, at) => [xdsTypes.EDS, `e${at}`] as const,
    );
    const many = resourcesOf(...names);
    expect(() => encodeCache(many, 'me')).toThrow(/more than 50000/);
    const large = new Map([['a', resource(xdsTypes.CDS, 'a', cacheFileLimits.messageBytesMax + 1)]]);
    expect(() => encodeCache(new Map([[xdsTypes.CDS, large]]), 'me')).toThrow(/larger than 25165824 bytes/);
    const named = new Map(['a', 'b'].map((name) => [name, { ...resource(xdsTypes.CDS, name), version: wide }]));
    expect(() => [...encodeCache(new Map([[xdsTypes.CDS, named]]), 'me')]).toThrow(/larger than 67108736 bytes/);
    const head = fileOf(new Map());
    const lines = `${head.slice(0, head.indexOf('\n') + 1)}${'["t","n","v",""]\n'.repeat(cacheFileLimits.resourcesMax + 1)}`;
    const checksum = createHash('sha256').update(lines).digest('hex');
    expect(() => decodeCache(`${lines}${JSON.stringify({ checksum })}\n`, 'me')).toThrow(/more than 50000/);
  });
});
