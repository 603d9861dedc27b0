/** Answers: what is taken, what is refused, and that split points change nothing. */

import type { ResponseHead } from '@weft/http';
import { createSeededRandom } from '@weft/kernel';
import { describe, expect, it } from 'vitest';
import { parseResponseHead } from './response-head.ts';
import { responseTranscript } from './testing/transcript.ts';

const ok = 'HTTP/1.1 200 OK\r\n';

const table: readonly (readonly [what: string, octets: string, rule: string | undefined])[] = [
  ['a length', `${ok}Content-Length: 2\r\n\r\nhi`, undefined],
  ['chunks', `${ok}Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n`, undefined],
  ['chunks and trailers', `${ok}Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 1\r\n\r\n`, undefined],
  ['a body to the end', `${ok}X: a\r\n\r\nhi`, undefined],
  ['no reason phrase', 'HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n', undefined],
  ['no space after the status', 'HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n', undefined],
  ['HTTP/1.0', 'HTTP/1.0 200 OK\r\n\r\nhi', undefined],
  ['HTTP/2.0', 'HTTP/2.0 200 OK\r\n\r\n', 'version-unsupported'],
  ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n\r\n', 'status-line'],
  ['two digits', 'HTTP/1.1 20 OK\r\n\r\n', 'status-line'],
  ['four digits', 'HTTP/1.1 2000 OK\r\n\r\n', 'status-line'],
  ['a status of zero', 'HTTP/1.1 000 OK\r\n\r\n', 'status-line'],
  ['a status in hexadecimal', 'HTTP/1.1 2a0 OK\r\n\r\n', 'status-line'],
  ['two spaces before the status', 'HTTP/1.1  200 OK\r\n\r\n', 'status-line'],
  ['NUL in the reason', 'HTTP/1.1 200 O\0K\r\n\r\n', 'status-line'],
  ['a bare LF', 'HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n', 'bare-lf'],
  ['a bare CR', `${ok}X: a\rb\r\n\r\n`, 'bare-cr'],
  ['a fold', `${ok}X: a\r\n b\r\n\r\n`, 'obs-fold'],
  ['a space before the colon', `${ok}X : a\r\n\r\n`, 'space-before-colon'],
  ['a control character', `${ok}X: a\x01\r\n\r\n`, 'field-value'],
  ['a bad name', `${ok}X(: a\r\n\r\n`, 'field-name'],
  ['two lengths', `${ok}Content-Length: 2\r\nContent-Length: 3\r\n\r\nhi`, 'content-length-doubled'],
  ['two equal lengths', `${ok}Content-Length: 2\r\nContent-Length: 2\r\n\r\nhi`, 'content-length-doubled'],
  ['a list of lengths', `${ok}Content-Length: 2,2\r\n\r\nhi`, 'content-length-doubled'],
  ['a negative length', `${ok}Content-Length: -2\r\n\r\nhi`, 'content-length-invalid'],
  ['a length and chunks', `${ok}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n`, 'length-and-chunked'],
  ['gzip', `${ok}Transfer-Encoding: gzip, chunked\r\n\r\n`, 'transfer-coding-unsupported'],
  ['chunks, then gzip', `${ok}Transfer-Encoding: chunked, gzip\r\n\r\n`, 'transfer-encoding-invalid'],
  ['chunks in HTTP/1.0', 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', 'transfer-encoding-invalid'],
  ['204 with a length', 'HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nhi', 'body-not-allowed'],
  ['204 with chunks', 'HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n', 'body-not-allowed'],
  ['a bad chunk', `${ok}Transfer-Encoding: chunked\r\n\r\nzz\r\n`, 'chunk-size'],
  ['a bad chunk end', `${ok}Transfer-Encoding: chunked\r\n\r\n2\r\nhix\r\n`, 'chunk-end'],
  ['101 fields', `${ok}${'X: a\r\n'.repeat(101)}\r\n`, 'too-many-fields'],
  ['an endless head', `${ok}X: ${'a'.repeat(62_000)}`, 'head-too-large'],
];

function parse(octets: string, method = 'GET'): ResponseHead {
  const bytes = Buffer.from(octets, 'latin1');
  const head = parseResponseHead(bytes, 0, bytes.indexOf('\r\n\r\n') + 4, method);
  if (typeof head === 'string') throw new Error(head);
  return head;
}

describe('the parser of answers', () => {
  it.each(table)('%s', (_, octets, rule) => {
    const said = responseTranscript(Buffer.from(octets, 'latin1'), []);
    expect(/ !([a-z-]+)$/.exec(said)?.[1]).toBe(rule);
  });

  it('says the same wherever answers are split', () => {
    for (const [what, octets] of table.filter(([, text]) => text.length < 1_000)) {
      const bytes = Buffer.from(octets, 'latin1');
      const whole = responseTranscript(bytes, []);
      for (let cut = 1; cut < bytes.length; cut += 1) {
        expect(responseTranscript(bytes, [cut]), `${what} cut at ${cut}`).toBe(whole);
      }
    }
  });

  it('says the same of damaged answers wherever they are split', () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const random = createSeededRandom(seed);
      const picked = table[Math.floor(random() * table.length)]?.[1] ?? '';
      const bytes = Buffer.from(picked.substring(0, 500), 'latin1');
      bytes[Math.floor(random() * bytes.length)] = [0, 10, 13, 32, 58, 255][Math.floor(random() * 6)] ?? 0;
      const whole = responseTranscript(bytes, []);
      const cut = 1 + Math.floor(random() * (bytes.length - 1));
      expect(responseTranscript(bytes, [cut]), `seed ${seed} cut at ${cut}`).toBe(whole);
    }
  });

  it('knows no body after HEAD, in 204 and in 304', () => {
    expect(parse(`${ok}Content-Length: 5\r\n\r\n`, 'HEAD').framing).toBe('none');
    expect(parse('HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n').framing).toBe('none');
    expect(parse('HTTP/1.1 204 No Content\r\n\r\n').framing).toBe('none');
  });

  it('takes out what ends at this hop and reads how long the server keeps the connection', () => {
    const head = parse(
      `${ok}Connection: keep-alive, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\nX: a\r\nContent-Length: 0\r\n\r\n`,
    );
    expect(head.fields).toEqual(['x', 'a', 'content-length', '0']);
    expect(head.keepAliveSeconds).toBe(5);
    expect(head.keepAlive).toBe(true);
  });

  it('does not keep a connection whose body it ends, that says close, or that is HTTP/1.0', () => {
    expect(parse(`${ok}\r\n`).keepAlive).toBe(false);
    expect(parse(`${ok}Connection: close\r\nContent-Length: 0\r\n\r\n`).keepAlive).toBe(false);
    expect(parse('HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n').keepAlive).toBe(false);
  });
});
