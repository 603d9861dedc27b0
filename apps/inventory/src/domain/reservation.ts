/** The rules of stock: what a reservation takes, what it costs, and which step may follow which. */

export interface Line {
  readonly sku: string;
  readonly quantity: number;
}

export interface PricedLine extends Line {
  readonly unitPriceCents: number;
}

/** A product as a reservation sees it. */
export interface Stock {
  readonly sku: string;
  readonly priceCents: number;
  readonly available: number;
}

/** `refused` and `released` take nothing; only a `reserved` one can still change. */
export type ReservationState = 'reserved' | 'committed' | 'released' | 'refused';

export type RefusalReason = 'out_of_stock' | 'unknown_product';

export type Decision =
  | { readonly kind: 'reserved'; readonly lines: readonly PricedLine[]; readonly totalCents: number }
  | { readonly kind: 'refused'; readonly reason: RefusalReason };

/** All lines or none. @param stocks the products of the lines, locked. */
export function decideReservation(lines: readonly Line[], stocks: readonly Stock[]): Decision {
  const bySku = new Map(stocks.map((stock) => [stock.sku, stock]));
  const priced: PricedLine[] = [];
  let short = false;
  for (const { sku, quantity } of lines) {
    const stock = bySku.get(sku);
    if (stock === undefined) return { kind: 'refused', reason: 'unknown_product' };
    if (stock.available < quantity) short = true;
    priced.push({ sku, quantity, unitPriceCents: stock.priceCents });
  }
  if (short) return { kind: 'refused', reason: 'out_of_stock' };
  const totalCents = priced.reduce((sum, line) => sum + line.quantity * line.unitPriceCents, 0);
  return { kind: 'reserved', lines: priced, totalCents };
}

/** One line a product, in order of SKU: rows are locked in this order, so that reservations cannot block one another for ever. */
export function canonicalLines(lines: readonly Line[]): Line[] {
  const quantities = new Map<string, number>();
  for (const { sku, quantity } of lines) quantities.set(sku, (quantities.get(sku) ?? 0) + quantity);
  return [...quantities].map(([sku, quantity]) => ({ sku, quantity })).sort((a, b) => (a.sku < b.sku ? -1 : 1));
}
