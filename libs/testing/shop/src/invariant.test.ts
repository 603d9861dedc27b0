import { expect, test } from 'vitest';
import { findBreaches } from './invariant.ts';

interface Tables {
  orders: object[];
  charges: object[];
  products: object[];
  outbox: object[];
}

const order = { id: 'o1', state: 'confirmed', total_cents: 200, items: [{ sku: 'mug', quantity: 2 }] };
const charge = { order_id: 'o1', amount_cents: 200 };
const product = {
  ...{ sku: 'mug', price_cents: 100, stock: 8, reserved: 0, sold: 2, seeded: 10 },
  ...{ ledger_stock: 8, ledger_reserved: 0, ledger_sold: 2 },
};
const whole: Tables = { orders: [order], charges: [charge], products: [product], outbox: [] };

function breachesOf(change: Partial<Tables>, acknowledged: readonly string[] = ['o1']): Promise<string[]> {
  const tables = { ...whole, ...change };
  return findBreaches(
    {
      async query<Row extends object>(_: string, sql: string): Promise<Row[]> {
        const name = /from (orders|charges|products|outbox)/.exec(sql)?.[1] as keyof Tables;
        return tables[name] as Row[];
      },
    },
    acknowledged,
  );
}

test('a shop whose books agree has no breach', async () => {
  expect(await breachesOf({})).toEqual([]);
});

test.each<[string, Partial<Tables>, string]>([
  ['a lost order', { orders: [], charges: [], products: [{ ...product, stock: 10, sold: 0 }] }, 'o1 was acknowledged'],
  ['an order without an end', { orders: [{ ...order, state: 'charging' }] }, 'order o1 is charging for ever'],
  ['a charge without an order', { charges: [charge, { ...charge, order_id: 'o2' }] }, 'a charge for o2'],
  ['a charge of a rejected order', { orders: [{ ...order, state: 'rejected' }] }, 'a charge for o1'],
  ['a double charge', { charges: [charge, charge] }, 'o1 is confirmed with 2 charges'],
  ['a missing charge', { charges: [] }, 'o1 is confirmed with 0 charges'],
  ['a wrong amount', { charges: [{ ...charge, amount_cents: 100 }] }, 'charged 100 instead of 200'],
  ['stock made', { products: [{ ...product, stock: 9, ledger_stock: 9 }] }, 'is not what was seeded'],
  ['stock that stays reserved', { products: [{ ...product, stock: 7, reserved: 1 }] }, 'stock is still reserved'],
  ['stock sold to nobody', { products: [{ ...product, stock: 7, sold: 3 }] }, 'not what confirmed orders took'],
  ['a ledger that disagrees', { products: [{ ...product, ledger_stock: 7 }] }, 'stock is not what the ledger says'],
  ['a message left', { outbox: [{ topic: 'charge' }] }, 'a message "charge" is still in the outbox'],
])('%s is found', async (_, change, sentence) => {
  expect((await breachesOf(change)).join('\n')).toContain(sentence);
});
