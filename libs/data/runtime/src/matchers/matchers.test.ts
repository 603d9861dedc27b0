/** Addresses, metadata, paths and regexes. */

import { create, fromJson, type JsonValue } from '@bufbuild/protobuf';
import { CidrRangeSchema } from '@weft/xds-messages/envoy/config/core/v3/address';
import { MetadataMatcherSchema } from '@weft/xds-messages/envoy/type/matcher/v3/metadata';
import { PathMatcherSchema } from '@weft/xds-messages/envoy/type/matcher/v3/path';
import { RegexMatcherSchema } from '@weft/xds-messages/envoy/type/matcher/v3/regex';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressText, createAddress, maskAddress, readAddress, withoutPortOf } from './address.ts';
import { compileCidrTest, compileCidrTextTest } from './cidr-matcher.ts';
import { compileMetadataTest } from './metadata-matcher.ts';
import { compilePathMatcher } from './path-matcher.ts';
import { queryValue } from './query-matcher.ts';
import { compileFullMatch, compileReplace, literalHead } from './regex.ts';

describe('an address', () => {
  it.each([
    ['10.0.0.1', '10.0.0.1'],
    ['10.0.0.1:80', '10.0.0.1'],
    ['::1', '::1'],
    ['[::1]:80', '::1'],
    ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
  ])('%s is %s', (text, expected) => {
    const address = createAddress();
    expect(readAddress(text, address)).toBe(true);
    expect(addressText(address)).toBe(expected);
  });

  it.each([
    '',
    'a',
    '10.0.0',
    '10.0.0.256',
    '10.0.0.01',
    '1.2.3.4.5',
    '1::2::3',
    '1:2:3:4:5:6:7:8:9',
    ':::',
    'unix:/x',
    '12345::',
  ])('%j is none', (text) => {
    expect(readAddress(text, createAddress())).toBe(false);
  });

  it('reads again as it is written', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const address = createAddress();
        if (!readAddress(text, address)) return;
        const again = createAddress();
        expect(readAddress(addressText(address), again)).toBe(true);
        expect(addressText(again)).toBe(addressText(address));
      }),
    );
  });

  it('loses its port, and its tail under a mask', () => {
    expect(withoutPortOf('[::1')).toBe('[::1');
    const address = createAddress();
    readAddress('10.1.255.7', address);
    maskAddress(address, 20);
    expect(addressText(address)).toBe('10.1.240.0');
  });
});

describe('a CIDR range', () => {
  it.each([
    ['10.0.0.0/8', '10.255.0.1:80', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['10.0.0.9/12', '10.15.255.255', true],
    ['10.0.0.9/12', '10.16.0.0', false],
    ['10.0.0.1', '10.0.0.1', true],
    ['0.0.0.0/0', '1.2.3.4', true],
    ['0.0.0.0/0', '::1', false],
    ['2001:db8::/33', '[2001:db8:7fff::1]:80', true],
    ['2001:db8::/33', '2001:db8:8000::1', false],
    ['10.0.0.0/8', '::ffff:10.1.1.1', true],
    ['10.0.0.0/8', 'nobody', false],
  ])('%s has %s: %s', (range, address, expected) => {
    expect(compileCidrTextTest([range], 'here')(address)).toBe(expected);
  });

  it('is any of several', () => {
    const ranges = [
      create(CidrRangeSchema, { addressPrefix: '10.0.0.0', prefixLen: 8 }),
      create(CidrRangeSchema, { addressPrefix: '::1', prefixLen: 128 }),
    ];
    const test = compileCidrTest(ranges, 'here');
    expect([test('10.1.1.1'), test('::1'), test('::2')]).toEqual([true, true, false]);
    // Envoy takes a range without a length for the whole of its family.
    expect(compileCidrTest([create(CidrRangeSchema, { addressPrefix: '10.0.0.0' })], 'here')('1.1.1.1')).toBe(true);
  });

  it('is refused where it is none', () => {
    expect(() => compileCidrTextTest(['10.0.0.0/x'], 'here')).toThrow('is no CIDR range');
    expect(() => compileCidrTextTest(['ten/8'], 'here')).toThrow('is no IP address');
  });
});

describe('a metadata matcher', () => {
  const content = { s: 'text', n: 1.5, b: true, z: null, l: ['a', 1], o: { in: 'x' } };
  const cases: readonly (readonly [string, JsonValue, boolean])[] = [
    ['s', { string_match: { prefix: 'te' } }, true],
    ['n', { string_match: { exact: '1.5' } }, false],
    ['n', { double_match: { exact: 1.5 } }, true],
    ['n', { double_match: { range: { start: 1, end: 1.5 } } }, false],
    ['b', { bool_match: true }, true],
    ['z', { null_match: {} }, true],
    ['nope', { null_match: {} }, false],
    ['s', { present_match: true }, true],
    ['nope', { present_match: false }, true],
    ['l', { list_match: { one_of: { string_match: { exact: 'a' } } } }, true],
    ['l', { list_match: { one_of: { string_match: { exact: 'b' } } } }, false],
    ['s', { or_match: { value_matchers: [{ bool_match: true }, { string_match: { exact: 'text' } }] } }, true],
    ['o.in', { string_match: { exact: 'x' } }, true],
    ['s.in', { present_match: true }, false],
    ['toString', { present_match: true }, false],
  ];

  it.each(cases)('%s against %j: %s', (path, value, expected) => {
    const keys = path.split('.').map((key) => ({ key }));
    const matcher = (invert: boolean) => fromJson(MetadataMatcherSchema, { filter: 'f', path: keys, value, invert });
    const metadata = new Map([['f', content]]);
    expect(compileMetadataTest(matcher(false), 'here')(metadata)).toBe(expected);
    expect(compileMetadataTest(matcher(true), 'here')(metadata)).toBe(!expected);
  });

  it('is refused without a path or a value', () => {
    const refused = (json: JsonValue) => () => compileMetadataTest(fromJson(MetadataMatcherSchema, json), 'here');
    expect(refused({ filter: 'f', value: { bool_match: true } })).toThrow('has no path');
    expect(refused({ filter: 'f', path: [{ key: 'a' }] })).toThrow('has no value');
  });
});

describe('a path matcher', () => {
  it('leaves the fragment out', () => {
    const test = compilePathMatcher(fromJson(PathMatcherSchema, { path: { exact: '/a' } }), 'here');
    expect([test('/a'), test('/a#b'), test('/ab')]).toEqual([true, true, false]);
  });
});

describe('a regex', () => {
  const matcher = (regex: string) => create(RegexMatcherSchema, { regex });

  it('knows what its texts begin with', () => {
    expect(['/a/b', '/ab?c', '/ab*', '/a.*', '/a(b|c)', '^/a', '/a\\d', '/ab{0,1}', '/a+'].map(literalHead)).toEqual([
      '/a/b',
      '/a',
      '/a',
      '/a',
      '',
      '',
      '/a',
      '/a',
      '/a',
    ]);
  });

  it('never claims a head that a matching text does not have', () => {
    const piece = fc.constantFrom('a', 'b', '/', '.', '*', '?', '+', '(a)', '[ab]', '|', '{0,2}', '\\d', '^');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), fc.stringMatching(/^[ab/1]{0,6}$/), (pieces, text) => {
        let test: (text: string) => boolean;
        try {
          test = compileFullMatch(matcher(pieces.join('')), 'here');
        } catch {
          return;
        }
        if (test(text)) expect(text.startsWith(literalHead(pieces.join('')))).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('replaces every match, with groups', () => {
    const replace = (regex: string, to: string, text: string) => compileReplace(matcher(regex), to, 'here')(text);
    expect(replace('(\\d)(\\w)?', '<\\1\\2\\0>', '1a-2')).toBe('<1a1a>-<22>');
    expect(replace('/', '\\\\', 'a/b')).toBe('a\\b');
    expect(() => replace('a', '\\x', 'a')).toThrow('a backslash must be followed');
  });
});

describe('a query parameter', () => {
  it('is found as a parser that splits would find it', () => {
    const text = fc.stringMatching(/^[ab=&]{0,12}$/);
    fc.assert(
      fc.property(text, fc.constantFrom('a', 'b', 'ab'), (query, name) => {
        const pair = query.split('&').find((each) => each === name || each.startsWith(`${name}=`));
        expect(queryValue(query, name)).toBe(pair === undefined ? undefined : pair.slice(name.length + 1));
      }),
    );
  });
});
