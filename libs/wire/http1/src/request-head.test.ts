/** What a valid request head becomes. */

import type { RequestHead } from '@weft/http';
import { describe, expect, it } from 'vitest';
import { parseRequestHead } from './request-head.ts';
import { serializeRequestHead } from './serialize.ts';

function parse(octets: string): RequestHead {
  const bytes = Buffer.from(octets, 'latin1');
  const head = parseRequestHead(bytes, 0, bytes.length);
  if (typeof head === 'string') throw new Error(head);
  return head;
}

describe('a request head', () => {
  it('has its parts, names in lower case, values without surrounding space', () => {
    const head = parse('POST /a/b?c=d HTTP/1.1\r\nHost: A.Test:80\r\nX-One: \t 1 \t\r\nContent-Length: 3\r\n\r\n');
    expect(head).toMatchObject({ method: 'POST', path: '/a/b', query: 'c=d', hasQuery: true, authority: 'A.Test:80' });
    expect(head.fields).toEqual(['x-one', '1', 'content-length', '3']);
    expect(head.contentLength).toBe(3);
    expect(head.header('host')).toBe('A.Test:80');
  });

  it('keeps "trailers" of TE, and an expectation that is not known', () => {
    const head = parse('GET / HTTP/1.1\r\nHost: a\r\nConnection: te\r\nTE: gzip, Trailers\r\nExpect: magic\r\n\r\n');
    expect(head.fields).toEqual(['te', 'trailers', 'expect', 'magic']);
    expect(head.expectContinue).toBe(false);
  });

  it('joins several fields of a name', () => {
    const head = parse('GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\nx: 2\r\n\r\n');
    expect(head.header('x')).toBe('1,2');
    expect(head.header('y')).toBeUndefined();
  });

  it('loses what ends at this hop', () => {
    const head = parse(
      'GET / HTTP/1.1\r\nHost: a\r\nConnection: X-Hop, keep-alive\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\nProxy-Connection: x\r\nTE: gzip\r\nExpect: 100-continue\r\n\r\n',
    );
    expect(head.fields).toEqual([]);
    expect(head.expectContinue).toBe(true);
    expect(head.keepAlive).toBe(true);
  });

  it('keeps TE: trailers, which gRPC asks for', () => {
    expect(parse('GET / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\n\r\n').fields).toEqual(['te', 'trailers']);
  });

  it('takes Upgrade only where Connection asks for it', () => {
    expect(parse('GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n').upgrade).toBe(
      'websocket',
    );
    expect(parse('GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n').upgrade).toBe('');
  });

  it('comes out of absolute form as it would of origin form', () => {
    const head = parse('GET HTTP://A.test/x?y HTTP/1.1\r\nHost: a.test\r\n\r\n');
    expect(head).toMatchObject({ absolute: true, authority: 'A.test', path: '/x', query: 'y' });
    expect(serializeRequestHead(head.method, '/x?y', head.authority, head.fields)).toBe(
      'GET /x?y HTTP/1.1\r\nhost: A.test\r\n\r\n',
    );
  });

  it('says how it is framed and leaves Transfer-Encoding out of the fields', () => {
    const head = parse('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n');
    expect(head.framing).toBe('chunked');
    expect(head.fields).toEqual([]);
  });

  it('is taken of HTTP/1.0 where that is allowed, with the default host', () => {
    const bytes = Buffer.from('GET / HTTP/1.0\r\nX: 1\r\n\r\n', 'latin1');
    const rules = { fieldsMax: 10, http10: true, defaultHost: 'd.test' };
    expect(parseRequestHead(bytes, 0, bytes.length, rules)).toMatchObject({
      protocol: 'HTTP/1.0',
      authority: 'd.test',
      keepAlive: false,
    });
    expect(parseRequestHead(bytes, 0, bytes.length, { ...rules, defaultHost: '' })).toBe('host-missing');
    expect(parseRequestHead(bytes, 0, bytes.length)).toBe('version-old');
  });

  it('has as many fields as the rules say at most', () => {
    const bytes = Buffer.from('GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n\r\n', 'latin1');
    const rules = { fieldsMax: 2, http10: false, defaultHost: '' };
    expect(parseRequestHead(bytes, 0, bytes.length, rules)).toMatchObject({ authority: 'a' });
    expect(parseRequestHead(bytes, 0, bytes.length, { ...rules, fieldsMax: 1 })).toBe('too-many-fields');
  });
});
