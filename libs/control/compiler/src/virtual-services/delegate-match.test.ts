import type { HttpMatch } from '@weft/model';
import { describe, expect, it } from 'vitest';
import { joinMatches, joinNames } from './delegate-match.ts';
import type { Origin, PlacedMatch } from './placed-rule.ts';

const origin = (path: string): Origin => ({ path }) as Origin;
const placed = (path: string, ...matches: readonly (HttpMatch | undefined)[]): PlacedMatch[] =>
  matches.map((match, index) => ({ match, origin: origin(`${path}[${index}]`) }));

function joined(root: readonly HttpMatch[], delegate: readonly HttpMatch[]): readonly unknown[] | undefined {
  return joinMatches(placed('root', ...root), placed('delegate', ...delegate))?.map(({ match }) => match);
}

describe('the matches of a rule that delegates and of one that it delegates to', () => {
  it('are those of the other where one has none', () => {
    const none = placed('none', undefined);
    const some = placed('some', { uri: { prefix: '/a' } });
    expect(joinMatches(none, some)).toBe(some);
    expect(joinMatches(some, none)).toBe(some);
  });

  it.each<readonly [string, HttpMatch, HttpMatch, boolean]>([
    ['a prefix within a prefix', { uri: { prefix: '/a' } }, { uri: { prefix: '/a/b' } }, true],
    ['a prefix around a prefix', { uri: { prefix: '/a/b' } }, { uri: { prefix: '/a' } }, false],
    ['an exact path within a prefix', { uri: { prefix: '/a' } }, { uri: { exact: '/a/b' } }, true],
    ['an exact path beside a prefix', { uri: { prefix: '/a' } }, { uri: { exact: '/b' } }, false],
    ['equal exact paths', { uri: { exact: '/a' } }, { uri: { exact: '/a' } }, true],
    ['a prefix in an exact path', { uri: { exact: '/a' } }, { uri: { prefix: '/a' } }, false],
    ['a regex, whatever it says', { uri: { regex: '.*' } }, { uri: { exact: '/a' } }, false],
    ['another condition', { uri: { regex: '.*' } }, { method: { exact: 'GET' } }, true],
    ['a header of other value', { headers: { x: { exact: '1' } } }, { headers: { x: { exact: '2' } } }, false],
    [
      'a header that the root asks for and the delegate does not want',
      { headers: { x: { exact: '1' } } },
      { withoutHeaders: { x: { exact: '2' } } },
      true,
    ],
    [
      'other values that both do not want',
      { withoutHeaders: { x: { exact: '1' } } },
      { withoutHeaders: { x: { exact: '2' } } },
      false,
    ],
    ['a namespace of the root alone', { sourceNamespace: 'a' }, { uri: { exact: '/a' } }, false],
    ['the same namespace', { sourceNamespace: 'a' }, { sourceNamespace: 'a' }, true],
    ['a namespace of the delegate alone', { uri: { prefix: '/' } }, { sourceNamespace: 'a' }, true],
    ['labels of the root alone', { sourceLabels: { app: 'a' } }, { uri: { exact: '/a' } }, true],
    ['another label', { sourceLabels: { app: 'a' } }, { sourceLabels: { version: 'v1' } }, true],
    ['another value of a label', { sourceLabels: { app: 'a' } }, { sourceLabels: { app: 'b' } }, false],
    ['one of the gateways', { gateways: ['mesh', 'shop/gw'] }, { gateways: ['mesh'] }, true],
    ['another gateway', { gateways: ['mesh'] }, { gateways: ['mesh', 'shop/gw'] }, false],
    ['gateways of one side', { gateways: ['mesh'] }, { uri: { exact: '/a' } }, true],
    ['a query parameter', { queryParams: { q: { prefix: 'a' } } }, { queryParams: { q: { exact: 'ab' } } }, true],
    ['case on one side', { ignoreUriCase: true }, { uri: { exact: '/a' } }, false],
    ['other ports', { port: 80 }, { port: 81 }, false],
    ['a port on one side', { port: 80 }, { uri: { exact: '/a' } }, true],
  ])('fit or not: %s', (_, root, delegate, fits) => {
    expect(joined([root], [delegate]) !== undefined).toBe(fits);
  });

  it('are joined condition by condition, the delegate first', () => {
    const root: HttpMatch = {
      name: 'r',
      uri: { prefix: '/a' },
      port: 80,
      headers: { x: {} },
      statPrefix: 'root',
      gateways: ['mesh'],
      sourceLabels: { app: 'a' },
    };
    const delegate: HttpMatch = {
      name: 'd',
      sourceLabels: { version: 'v1' },
      gateways: [],
      uri: { exact: '/a/b' },
      headers: { y: { exact: '1' } },
    };
    expect(joined([root], [delegate])).toEqual([
      {
        name: 'r-d',
        uri: { exact: '/a/b' },
        port: 80,
        headers: { x: {}, y: { exact: '1' } },
        withoutHeaders: {},
        queryParams: {},
        statPrefix: 'root',
        gateways: ['mesh'],
        sourceLabels: { app: 'a', version: 'v1' },
      },
    ]);
  });

  it('are as many as there are pairs that fit, and the place is that of the delegate', () => {
    const root = placed('root', { uri: { prefix: '/a' } }, { uri: { prefix: '/b' } }, { port: 80 });
    const delegate = placed('delegate', { uri: { prefix: '/a/1' } });
    const pairs = joinMatches(root, delegate) ?? [];
    expect(pairs.map(({ match }) => match?.port)).toEqual([undefined, 80]);
    expect(pairs.map((pair) => pair.origin.path)).toEqual(['delegate[0]', 'delegate[0]']);
  });

  it('are dropped together where one alternative of the delegate fits none', () => {
    expect(
      joined([{ uri: { prefix: '/a' } }], [{ uri: { prefix: '/a/1' } }, { uri: { prefix: '/b' } }]),
    ).toBeUndefined();
  });

  it.each([
    ['r', 'd', 'r-d'],
    ['r', undefined, 'r'],
    ['', 'd', 'd'],
    [undefined, undefined, undefined],
  ])('have a name made of %s and %s: %s', (root, delegate, expected) => {
    expect(joinNames(root, delegate)).toBe(expected);
  });
});
