/** HPACK both ways: the tables stay the same on both ends, whatever is sent. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { http2Limits } from '../limits.ts';
import { huffman } from '../testing/octets.ts';
import { HpackDecoder } from './decoder.ts';
import { DecoderTable } from './decoder-table.ts';
import { HpackEncoder } from './encoder.ts';
import { decodeHuffman } from './huffman-decode.ts';

const decoder = (): HpackDecoder => new HpackDecoder(1_000_000, 1_000);

function encode(encoder: HpackEncoder, fields: readonly string[]): Buffer {
  encoder.begin(Buffer.alloc(200), 0);
  encoder.fields(fields);
  return encoder.bytes.subarray(encoder.start, encoder.at);
}

function decode(into: HpackDecoder, octets: Buffer): string[] {
  expect(into.decode(octets, 0, octets.length)).toBe(true);
  return into.list.fields.slice(0, into.list.size * 2);
}

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('the examples of RFC 7541 appendix C', () => {
  it('C.4: requests with Huffman codes on one connection', () => {
    const one = decoder();
    expect(decode(one, hex('8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff'))).toEqual([
      ...[':method', 'GET', ':scheme', 'http', ':path', '/', ':authority', 'www.example.com'],
    ]);
    expect(decode(one, hex('8286 84be 5886 a8eb 1064 9cbf')).slice(-4)).toEqual([
      ...[':authority', 'www.example.com', 'cache-control', 'no-cache'],
    ]);
    expect(decode(one, hex('8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf')).slice(-2)).toEqual([
      ...['custom-key', 'custom-value'],
    ]);
  });
});

describe('the Huffman code', () => {
  it('is decoded for every string of octets', () => {
    const into = Buffer.alloc(10_000);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => {
        const text = Buffer.from(octets).toString('latin1');
        const coded = Buffer.from(huffman(text), 'latin1');
        const start = coded.length > 127 ? 2 : 1;
        const length =
          coded[0] === 0xff
            ? decodeHuffman(coded, start, coded.length, into)
            : decodeHuffman(coded, 1, coded.length, into);
        expect(into.latin1Slice(0, length)).toBe(text);
      }),
    );
  });
});

describe('encoder and decoder', () => {
  const names = ['x-a', 'x-b', ':path', 'cookie', 'authorization', 'date', 'x-long-name-of-a-field'];
  const list = fc.array(
    fc.tuple(
      fc.constantFrom(...names),
      fc.oneof(fc.constantFrom('', '/', 'same', 'v'.repeat(900)), fc.string({ unit: 'binary-ascii', maxLength: 60 })),
    ),
    { maxLength: 30 },
  );

  it('agree on any sequence of lists, through evictions and changes of the table size', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(list, fc.option(fc.constantFrom(0, 100, 1_000, 4_096, 65_536))), { maxLength: 20 }),
        (lists) => {
          const encoder = new HpackEncoder();
          const other = decoder();
          for (const [pairs, size] of lists) {
            if (size !== null) encoder.allow(size);
            const fields = pairs.flat();
            expect(decode(other, encode(encoder, fields))).toEqual(fields);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('makes one octet of each field that repeats', () => {
    const encoder = new HpackEncoder();
    const fields = [
      ':method',
      'POST',
      ':path',
      '/shop.Inventory/Reserve',
      'content-type',
      'application/grpc',
      'te',
      'trailers',
    ];
    encode(encoder, fields);
    expect(encode(encoder, fields).length).toBe(4);
  });

  it('stops adding values that never repeat', () => {
    const encoder = new HpackEncoder();
    encode(encoder, ['x-steady', 'value']);
    for (let i = 0; i < 1_000; i += 1) encode(encoder, ['x-request-id', `${i}-6f1de2a0`, 'x-steady', 'value']);
    expect(encode(encoder, ['x-steady', 'value']).length).toBe(1);
  });

  it('never indexes short secrets', () => {
    for (const name of ['authorization', 'cookie', 'proxy-authorization', 'set-cookie']) {
      const encoder = new HpackEncoder();
      encode(encoder, [name, 'short']);
      const again = encode(encoder, [name, 'short']);
      expect((again[0] as number) & 0xf0).toBe(0x10);
      expect(again.length).toBeGreaterThan(5);
    }
  });

  it('indexes a long token, which cannot be guessed', () => {
    const encoder = new HpackEncoder();
    const token = `Bearer ${'e'.repeat(500)}`;
    encode(encoder, ['authorization', token]);
    expect(encode(encoder, ['authorization', token]).length).toBe(1);
  });

  it('remembers a bounded number of names', () => {
    const encoder = new HpackEncoder();
    const other = decoder();
    for (let i = 0; i < http2Limits.encoderNamesMax * 3; i += 1) {
      const fields = [`x-${i}`, 'v', 'x-0', 'v'];
      expect(decode(other, encode(encoder, fields))).toEqual(fields);
    }
    expect(encoder.names).toBeLessThanOrEqual(http2Limits.encoderNamesMax + 1);
  });
});

describe('the table of a decoder', () => {
  it('drops the oldest until a new entry fits', () => {
    const table = new DecoderTable(100);
    table.add('a', '1', 0);
    table.add('b', '2', 0);
    table.add('c', '3', 0);
    expect(table.entries).toBe(2);
    expect(table.names[table.slot(0)]).toBe('c');
    expect(table.names[table.slot(1)]).toBe('b');
    expect(table.slot(2)).toBe(-1);
  });

  it('is emptied by an entry that cannot fit, and by a size of 0', () => {
    const table = new DecoderTable(100);
    table.add('a', '1', 0);
    table.add('b', 'v'.repeat(100), 0);
    expect(table.entries).toBe(0);
    table.add('a', '1', 0);
    table.resize(0);
    expect([table.entries, table.bytes]).toEqual([0, 0]);
  });
});
