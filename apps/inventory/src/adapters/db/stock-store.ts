/** Stock in PostgreSQL: one transaction a call, rows locked in order of SKU. */

import { onceByKey } from '@weft/service-kit';
import { type Kysely, sql, type Transaction } from 'kysely';
import { z } from 'zod';
import type { KeyedCall, StockStore, StockTransaction } from '../../application/stock-desk.ts';
import type { InventorySchema } from './schema.ts';

export interface Product {
  readonly sku: string;
  readonly name: string;
  readonly priceCents: number;
  readonly available: number;
}

export interface ProductReader {
  /** Sorted by SKU. */
  products(): Promise<readonly Product[]>;
  product(sku: string): Promise<Product | undefined>;
}

const linesColumn = z.array(z.object({ sku: z.string(), quantity: z.number().int().positive() }));
const stateColumn = z.enum(['reserved', 'committed', 'released', 'refused']);

export function createStockStore(db: Kysely<InventorySchema>): StockStore & ProductReader {
  const select = () =>
    db.selectFrom('products').select(['sku', 'name', 'price_cents as priceCents', 'stock as available']);
  return {
    products: () => select().orderBy('sku').execute(),
    product: (sku) => select().where('sku', '=', sku).executeTakeFirst(),
    once: (call: KeyedCall, work) =>
      db.transaction().execute((trx) =>
        onceByKey(
          trx,
          { scope: call.method, key: call.key, request: { orderId: call.orderId, lines: call.lines } },
          async () => {
            // Calls for one order wait for one another, also before its reservation exists.
            await sql`select pg_advisory_xact_lock(hashtextextended(${call.orderId}, 0))`.execute(trx);
            return work(stockTransaction(trx));
          },
        ),
      ),
  };
}

function stockTransaction(trx: Transaction<InventorySchema>): StockTransaction {
  return {
    async reservation(orderId) {
      const row = await trx
        .selectFrom('reservations')
        .select(['state', 'lines'])
        .where('order_id', '=', orderId)
        .forUpdate()
        .executeTakeFirst();
      return row && { state: stateColumn.parse(row.state), lines: linesColumn.parse(row.lines) };
    },
    lockStocks: (skus) =>
      trx
        .selectFrom('products')
        .select(['sku', 'price_cents as priceCents', 'stock as available'])
        .where('sku', 'in', [...skus])
        .orderBy('sku')
        .forUpdate()
        .execute(),
    async insertReservation(orderId, state, lines) {
      await trx
        .insertInto('reservations')
        .values({ order_id: orderId, state, lines: JSON.stringify(lines) })
        .execute();
    },
    async setState(orderId, state) {
      await trx
        .updateTable('reservations')
        .set({ state, updated_at: sql`now()` })
        .where('order_id', '=', orderId)
        .execute();
    },
    async move(orderId, kind, lines) {
      for (const { sku, quantity } of lines) {
        await trx
          .updateTable('products')
          .set((column) => ({
            stock: column('stock', '+', { reserve: -quantity, commit: 0, release: quantity }[kind]),
            reserved: column('reserved', '+', { reserve: quantity, commit: -quantity, release: -quantity }[kind]),
            sold: column('sold', '+', kind === 'commit' ? quantity : 0),
          }))
          .where('sku', '=', sku)
          .execute();
        await trx.insertInto('ledger').values({ sku, order_id: orderId, kind, quantity }).execute();
      }
    },
  };
}
