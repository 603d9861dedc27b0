/** Hash policies. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { combineHashes, hashText } from './hash.ts';
import { cookieOf, hashCookiesKey } from './hash-policy.ts';
import { exchange, forwardOf, refusal } from './testing/route-fixtures.ts';

const hashOf = (...hash_policy: Parameters<typeof forwardOf>[0][]) => forwardOf({ hash_policy }).hash;
const cookie = (more = {}) => ({ cookie: { name: 'sess', ...more } });

describe('the hash of a request', () => {
  it('is MurmurHash3 of 32 bits', () => {
    expect(hashText('')).toBe(0);
    expect(hashText('hello')).toBe(0x248bfa47);
    expect(hashText('The quick brown fox jumps over the lazy dog')).toBe(0x2e4ff723);
    expect(hashText('', 1)).toBe(0x514e28b7);
  });

  it('is an unsigned number of 32 bits, also combined', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        for (const hash of [hashText(one), combineHashes(hashText(one), hashText(other))]) {
          expect(Number.isInteger(hash) && hash >= 0 && hash <= 0xffff_ffff).toBe(true);
        }
      }),
    );
  });

  it.each([
    ['a header', [{ header: { header_name: 'X-User' } }], 'GET a/', ['x-user', 'u1'], hashText('u1')],
    ['no header', [{ header: { header_name: 'x-user' } }], 'GET a/', [], undefined],
    [
      'a part of a header',
      [{ header: { header_name: 'x', regex_rewrite: { pattern: { regex: '^(.)-.*$' }, substitution: '\\1' } } }],
      'GET a/',
      ['x', 'a-b'],
      hashText('a'),
    ],
    ['the query', [{ query_parameter: { name: 'k' } }], 'GET a/?j=1&k=2', [], hashText('2')],
    ['the client', [{ connection_properties: { source_ip: true } }], 'GET a/', [], hashText('10.1.2.3')],
    ['nothing of the connection', [{ connection_properties: {} }], 'GET a/', [], undefined],
    ['a cookie', [cookie()], 'GET a/', ['cookie', 'a=b; sess="s1"; c=d'], hashText('s1')],
    ['a cookie of a second line', [cookie()], 'GET a/', ['cookie', 'xsess=1', 'cookie', 'sess=s1'], hashText('s1')],
    ['no cookie without a ttl', [cookie()], 'GET a/', ['cookie', 'xsess=1'], undefined],
    [
      'two of them',
      [{ query_parameter: { name: 'k' } }, { header: { header_name: 'x' } }],
      'GET a/?k=1',
      ['x', '2'],
      combineHashes(hashText('1'), hashText('2')),
    ],
    [
      'the first terminal one',
      [
        { header: { header_name: 'y' }, terminal: true },
        { query_parameter: { name: 'k' }, terminal: true },
        { header: { header_name: 'x' } },
      ],
      'GET a/?k=1',
      ['x', '2'],
      hashText('1'),
    ],
  ])('is of %s', (_name, policies, words, fields, expected) => {
    expect(hashOf(...policies)?.(exchange(words, fields))).toBe(expected);
  });

  it('turns before it combines, so that equal values do not cancel each other', () => {
    expect(combineHashes(0x8000_0001, 0)).toBe(3);
    expect(combineHashes(7, 7)).not.toBe(0);
  });

  it.each([
    [
      { ttl: '10s', path: '/x', attributes: [{ name: 'SameSite', value: 'Strict' }, { name: 'Secure' }] },
      '; Max-Age=10; Path=/x; SameSite=Strict; Secure; HttpOnly',
    ],
    [{ ttl: '0s' }, '; HttpOnly'],
  ])('makes a cookie where there is none: %j', (more, suffix) => {
    const hash = hashOf(cookie(more));
    const asked = exchange('GET a/', ['cookie', 'sess=']);
    const first = hash?.(asked);
    expect(hash?.(asked)).toBe(first);
    const lines = asked.state.get(hashCookiesKey) as string[];
    expect(lines).toHaveLength(1);
    const value = /^sess="([0-9a-f]{16})"/.exec(lines[0] ?? '')?.[1] ?? '';
    expect(lines[0]).toBe(`sess="${value}"${suffix}`);
    // Who sends it back gets to the same endpoint.
    expect(hash?.(exchange('GET a/', ['cookie', `sess="${value}"`]))).toBe(first);
  });

  it('is nothing without a policy', () => {
    expect(forwardOf({}).hash).toBeUndefined();
  });

  it.each([
    [{ filter_state: { key: 'k' } }, 'filterState is not supported'],
    [cookie({ name: 'a b' }), 'not a name'],
    [{}, 'it has no attribute'],
  ])('refuses %j', (policy, message) => {
    expect(refusal(() => hashOf(policy))).toContain(message);
  });

  it('finds a cookie in whatever is sent', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.string(), (lines, name) => {
        const fields = lines.flatMap((line) => ['cookie', line]);
        const value = cookieOf(fields, name);
        expect(value === undefined || typeof value === 'string').toBe(true);
      }),
    );
  });
});
