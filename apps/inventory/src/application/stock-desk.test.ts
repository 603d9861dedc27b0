import { describe, expect, it } from 'vitest';
import { createStockDesk, type Reservation, type StockDesk, type StockStore } from './stock-desk.ts';

interface Shelf {
  readonly desk: StockDesk;
  readonly counts: { stock: number; reserved: number; sold: number };
}

/** One product, in memory; answers are kept by key as the real store keeps them. */
function shelf(stock: number): Shelf {
  const counts = { stock, reserved: 0, sold: 0 };
  const reservations = new Map<string, Reservation>();
  const answers = new Map<string, unknown>();
  const store: StockStore = {
    async once<A>({ method, key }: { method: string; key: string }, work: (tx: never) => Promise<A>): Promise<A> {
      const id = `${method} ${key}`;
      if (!answers.has(id)) answers.set(id, await work(tx as never));
      return answers.get(id) as A;
    },
  };
  const tx: Parameters<Parameters<StockStore['once']>[1]>[0] = {
    reservation: async (orderId) => reservations.get(orderId),
    lockStocks: async () => [{ sku: 'mug', priceCents: 250, available: counts.stock }],
    insertReservation: async (orderId, state, lines) => void reservations.set(orderId, { state, lines }),
    async setState(orderId, state) {
      reservations.set(orderId, { state, lines: reservations.get(orderId)?.lines ?? [] });
    },
    async move(_orderId, kind, lines) {
      for (const { quantity } of lines) {
        if (kind !== 'commit') counts.stock += kind === 'reserve' ? -quantity : quantity;
        counts.reserved += kind === 'reserve' ? quantity : -quantity;
        if (kind === 'commit') counts.sold += quantity;
      }
    },
  };
  return { desk: createStockDesk(store), counts };
}

const two = [{ sku: 'mug', quantity: 2 }];

describe('the stock desk', () => {
  it('reserves, then sells', async () => {
    const { desk, counts } = shelf(5);
    expect(await desk.reserve('k1', 'o1', two)).toMatchObject({ kind: 'reserved', totalCents: 500 });
    expect(counts).toEqual({ stock: 3, reserved: 2, sold: 0 });
    expect(await desk.commit('k2', 'o1')).toBe('committed');
    expect(counts).toEqual({ stock: 3, reserved: 0, sold: 2 });
  });

  it('takes nothing twice, whatever is repeated, with the same key or another', async () => {
    const { desk, counts } = shelf(5);
    for (const key of ['k1', 'k1', 'other']) await desk.reserve(key, 'o1', two);
    for (const key of ['k2', 'k2', 'other']) expect(await desk.commit(key, 'o1')).toBe('committed');
    expect(counts).toEqual({ stock: 3, reserved: 0, sold: 2 });
  });

  it('puts back what was reserved, once', async () => {
    const { desk, counts } = shelf(5);
    await desk.reserve('k1', 'o1', two);
    for (const key of ['k2', 'k2', 'other']) expect(await desk.release(key, 'o1')).toBe('released');
    expect(counts).toEqual({ stock: 5, reserved: 0, sold: 0 });
    expect(await desk.commit('k3', 'o1')).toBe('not_reserved');
  });

  it('takes nothing for an order that was released before its reservation came', async () => {
    const { desk, counts } = shelf(5);
    await desk.release('k2', 'o1');
    expect(await desk.reserve('k1', 'o1', two)).toEqual({ kind: 'released' });
    expect(counts).toEqual({ stock: 5, reserved: 0, sold: 0 });
  });

  it('does not put back what is sold', async () => {
    const { desk, counts } = shelf(5);
    await desk.reserve('k1', 'o1', two);
    await desk.commit('k2', 'o1');
    expect(await desk.release('k3', 'o1')).toBe('committed');
    expect(counts.sold).toBe(2);
  });

  it('gives a refused order the same refusal again, also when there is stock by then', async () => {
    const { desk, counts } = shelf(1);
    expect(await desk.reserve('k1', 'o1', two)).toEqual({ kind: 'refused', reason: 'out_of_stock' });
    counts.stock = 10;
    expect(await desk.reserve('k1', 'o1', two)).toEqual({ kind: 'refused', reason: 'out_of_stock' });
    expect(counts.reserved).toBe(0);
  });
});
