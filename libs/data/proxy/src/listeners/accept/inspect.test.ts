/** What first octets are taken for. */

import { preface } from '@weft/http2';
import { describe, expect, it } from 'vitest';
import { inspect, requestLineBytesMax } from './inspect.ts';

const httpOf = (text: string) => inspect(Buffer.from(text, 'latin1'), false, true)?.http;

describe('the first octets', () => {
  it.each([
    ['a request line', 'GET / HTTP/1.1\r\n', 'http/1.1'],
    ['an old one', 'GET / HTTP/1.0\n', 'http/1.0'],
    ['a part of one', 'GET /a', undefined],
    ['the preface of HTTP/2', preface.toString('latin1'), 'h2c'],
    ['a part of that', 'PRI * HT', undefined],
    ['something else', '\x16\x03', ''],
    ['a line that is no request', 'GET\n', ''],
  ])('that are %s', (_what, text, http) => {
    expect(httpOf(text)).toBe(http);
  });

  it('of a request line are waited for up to a bound; a longer one is not taken for HTTP', () => {
    const line = (length: number) => `GET /${'a'.repeat(length - 5)}`;
    expect(httpOf(line(requestLineBytesMax - 1))).toBeUndefined();
    expect(httpOf(line(requestLineBytesMax))).toBe('');
  });
});
