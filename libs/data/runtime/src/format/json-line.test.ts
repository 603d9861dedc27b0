/** What a connection remembers of its JSON lines. */

import { describe, expect, it } from 'vitest';
import type { Exchange } from '../exchange.ts';
import { compileLine, flatCharsMax, keptFormatsMax } from './json-line.ts';

describe('a JSON line', () => {
  it('is remembered for so many formats of a connection; others are written anew, the same', () => {
    const kept: Record<string, unknown> = {};
    const formats = Array.from({ length: keptFormatsMax + 3 }, (_, index) =>
      compileLine([
        `{"format":${index},"path":`,
        { kind: 'text', change: 'seldom', read: (exchange) => exchange.path },
        '}',
      ]),
    );
    for (const path of ['/a', '/a', '/b']) {
      formats.forEach((write, index) => {
        expect(JSON.parse(write({ kept, path } as unknown as Exchange))).toEqual({ format: index, path });
      });
    }
    let remembered = 0;
    for (let known = kept.accessLog as { next?: unknown } | undefined; known; known = known.next as typeof known) {
      remembered += 1;
    }
    expect(remembered).toBe(keptFormatsMax);
  });

  it('is whole, however long what is remembered gets, and another one does not change it', () => {
    const kept: Record<string, unknown> = {};
    const write = compileLine([
      '{"path":',
      { kind: 'text', change: 'seldom', read: (exchange) => exchange.path },
      ',"again":',
      { kind: 'text', change: 'seldom', read: (exchange) => exchange.path },
      ',"more":',
      { kind: 'text', change: 'seldom', read: (exchange) => exchange.path },
      '}',
    ]);
    // Thrice in the text: below its bound, and above.
    const third = Math.floor(flatCharsMax / 3);
    const paths = [1, third - 40, third + 40].map((length, index) => `/${String(index).repeat(length)}`);
    const lines = paths.map((path) => write({ kept, path } as unknown as Exchange));
    expect(lines.map((line) => JSON.parse(line))).toEqual(paths.map((path) => ({ path, again: path, more: path })));
  });
});
