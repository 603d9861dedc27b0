/** Paths as Envoy 1.40 leaves them, for every setting; the rows were taken from a running one. */

import { describe, expect, it } from 'vitest';
import { testExchange } from '../testing/exchange.ts';
import { isCanonical } from './normalize.ts';
import { createNormalizePath } from './normalize-path.ts';
import table from './testdata/envoy-paths.json' with { type: 'json' };

const escapes = { k: 'keep', r: 'reject', d: 'unescape-redirect', f: 'unescape-forward' } as const;
const variants = [0, 1].flatMap((normalize) =>
  [0, 1].flatMap((merge) => Object.keys(escapes).map((letter) => `${normalize}${merge}${letter}`)),
);
const filters = new Map(
  variants.map((variant) => [
    variant,
    createNormalizePath({
      path: {
        normalize: variant[0] === '1',
        mergeSlashes: variant[1] === '1',
        escapedSlashes: escapes[variant[2] as keyof typeof escapes],
      },
    }),
  ]),
);

function outcomeOf(target: string, variant: string): string {
  const exchange = testExchange({ target });
  const on = filters.get(variant)?.onRequest?.(exchange);
  const { outcome } = exchange;
  if (on === true) return exchange.hasQuery ? `${exchange.path}?${exchange.query}` : exchange.path;
  expect(outcome.details).toBe('path_normalization_failed');
  return outcome.status === 307 ? `307 ${outcome.fields[1]}` : `${outcome.status}`;
}

describe('path normalisation', () => {
  const rows = Object.entries(table as Record<string, Record<string, string>>);

  it('knows at least 100 odd paths', () => {
    expect(rows.length).toBeGreaterThanOrEqual(100);
  });

  for (const [target, outcomes] of rows) {
    it(`treats ${target} as Envoy does under all 16 settings`, () => {
      const got: Record<string, string> = {};
      const wanted: Record<string, string> = {};
      for (const [outcome, list] of Object.entries(outcomes)) {
        for (const variant of list === 'all' ? variants : list.split(' ')) wanted[variant] = outcome;
      }
      for (const variant of variants) got[variant] = outcomeOf(target, variant);
      expect(got).toEqual(wanted);
    });
  }

  it('lets an ordinary path pass after one look', () => {
    expect(isCanonical('/orders/17/items.json;v=1')).toBe(true);
  });

  it('leaves CONNECT and OPTIONS * alone', () => {
    for (const path of ['', '*']) {
      const exchange = testExchange();
      exchange.path = path;
      expect(filters.get('11f')?.onRequest?.(exchange)).toBe(true);
    }
  });
});
