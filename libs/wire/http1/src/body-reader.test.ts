/** Bodies out of their framing: one run of data a call, and trailers. */

import { describe, expect, it } from 'vitest';
import { BodyReader } from './body-reader.ts';

function runs(reader: BodyReader, octets: string): string[] {
  const bytes = Buffer.from(octets, 'latin1');
  const found: string[] = [];
  for (let at = 0; at < bytes.length && !reader.done; ) {
    at = reader.next(bytes, at, bytes.length);
    if (at < 0) throw new Error(reader.violation);
    found.push(bytes.toString('latin1', reader.dataFrom, reader.dataTo));
  }
  return found;
}

describe('a reader that keeps no trailers', () => {
  it('reads them as strictly and tells none', () => {
    const reader = new BodyReader(false);
    const text = Buffer.from('1\r\na\r\n0\r\nx-end: 1\r\n\r\n');
    reader.start('chunked', 0);
    expect(reader.next(text, 0, text.length)).toBe(text.length);
    expect([reader.done, reader.trailers]).toEqual([true, []]);
    const bad = Buffer.from('0\r\nhost: a\r\n\r\n');
    reader.start('chunked', 0);
    expect(reader.next(bad, 0, bad.length)).toBe(-1);
    expect(reader.violation).toBe('trailer-forbidden');
  });
});

describe('a body reader', () => {
  it('gives each chunk without its framing, and the end with the last one', () => {
    const reader = new BodyReader();
    reader.start('chunked', 0);
    expect(runs(reader, '5\r\nhello\r\n1;a=b\r\n!\r\n0\r\n\r\n')).toEqual(['hello', '!']);
    expect(reader.done).toBe(true);
    expect(reader.trailers).toEqual([]);
  });

  it('gives trailers when it is done', () => {
    const reader = new BodyReader();
    reader.start('chunked', 0);
    expect(runs(reader, '2\r\nhi\r\n0\r\nX-Sum: 1\r\ngrpc-status: 0\r\n\r\n')).toEqual(['hi']);
    expect(reader.trailers).toEqual(['x-sum', '1', 'grpc-status', '0']);
  });

  it('takes no more than the length', () => {
    const reader = new BodyReader();
    reader.start('length', 3);
    const bytes = Buffer.from('abcdef');
    expect(reader.next(bytes, 0, 6)).toBe(3);
    expect([reader.dataFrom, reader.dataTo, reader.done]).toEqual([0, 3, true]);
  });

  it('does not say done before a connection that ends the body is closed', () => {
    const reader = new BodyReader();
    reader.start('close', 0);
    expect(runs(reader, 'abc')).toEqual(['abc']);
    expect(reader.done).toBe(false);
  });

  it('takes 100 trailers and refuses 101', () => {
    const reader = new BodyReader();
    reader.start('chunked', 0);
    runs(reader, `0\r\n${'X: a\r\n'.repeat(100)}\r\n`);
    expect(reader.trailers).toHaveLength(200);
    reader.start('chunked', 0);
    expect(() => runs(reader, `0\r\n${'X: a\r\n'.repeat(101)}\r\n`)).toThrow('trailer-too-large');
  });
});
