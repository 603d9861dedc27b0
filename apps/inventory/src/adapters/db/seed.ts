/** The shop's first goods. */

import { type Kysely, sql } from 'kysely';
import type { InventorySchema } from './schema.ts';

/** SKU, name, price in cents, pieces. */
const goods = [
  ['mug-blue', 'Blue mug', 1290, 500],
  ['mug-white', 'White mug', 1190, 500],
  ['teapot', 'Teapot, 1.2 l', 3490, 120],
  ['tea-assam', 'Assam tea, 250 g', 890, 1000],
  ['tea-sencha', 'Sencha tea, 100 g', 1150, 800],
  ['coffee-house', 'House coffee, 500 g', 1390, 1000],
  ['grinder', 'Hand grinder', 5990, 60],
  ['kettle', 'Gooseneck kettle', 7490, 40],
  ['filter-paper', 'Filter papers, 100 pieces', 490, 2000],
  ['scale', 'Kitchen scale', 2990, 150],
  ['tray', 'Oak tray', 4290, 80],
  ['last-cup', 'The last cup', 990, 1],
] as const;

/** Does nothing for a product that is there: also when two instances start at once. */
export async function seedProducts(db: Kysely<InventorySchema>): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const inserted = await trx
      .insertInto('products')
      .values(
        goods.map(([sku, name, price_cents, pieces]) => ({
          sku,
          name,
          price_cents,
          stock: pieces,
          reserved: 0,
          sold: 0,
          seeded: pieces,
        })),
      )
      .onConflict((conflict) => conflict.column('sku').doNothing())
      .returning(['sku', 'seeded'])
      .execute();
    if (inserted.length === 0) return;
    await trx
      .insertInto('ledger')
      .values(
        inserted.map(({ sku, seeded }) => ({ sku, order_id: null, kind: 'seed', quantity: seeded, at: sql`now()` })),
      )
      .execute();
  });
}
