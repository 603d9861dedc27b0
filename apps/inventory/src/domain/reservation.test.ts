import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalLines, decideReservation } from './reservation.ts';

const stocks = [
  { sku: 'mug', priceCents: 250, available: 3 },
  { sku: 'tea', priceCents: 900, available: 1 },
];

describe('a reservation', () => {
  it('takes what is there and adds up its price', () => {
    const lines = [
      { sku: 'mug', quantity: 3 },
      { sku: 'tea', quantity: 1 },
    ];
    expect(decideReservation(lines, stocks)).toMatchObject({ kind: 'reserved', totalCents: 1650 });
  });

  it('takes all or nothing', () => {
    const lines = [
      { sku: 'mug', quantity: 1 },
      { sku: 'tea', quantity: 2 },
    ];
    expect(decideReservation(lines, stocks)).toEqual({ kind: 'refused', reason: 'out_of_stock' });
  });

  it('knows a product that does not exist from one that is sold out', () => {
    const lines = [
      { sku: 'tea', quantity: 2 },
      { sku: 'car', quantity: 1 },
    ];
    expect(decideReservation(lines, stocks)).toEqual({ kind: 'refused', reason: 'unknown_product' });
  });

  it('has one line a product, in the order in which rows are locked', () => {
    const line = fc.record({ sku: fc.constantFrom('a', 'b', 'c'), quantity: fc.integer({ min: 1, max: 9 }) });
    fc.assert(
      fc.property(fc.array(line, { minLength: 1 }), (lines) => {
        const merged = canonicalLines(lines);
        const skus = merged.map(({ sku }) => sku);
        expect(skus).toEqual([...new Set(lines.map(({ sku }) => sku))].sort());
        const sum = (of: readonly { quantity: number }[]) => of.reduce((total, { quantity }) => total + quantity, 0);
        expect(sum(merged)).toBe(sum(lines));
      }),
    );
  });
});
