/** Orders in PostgreSQL: placed together with their first step, read by their owner. */

import { randomUUID } from 'node:crypto';
import { enqueue, onceByKey, ServiceError } from '@weft/service-kit';
import type { Kysely } from 'kysely';
import type { Orders, PlacedOrder } from '../../application/ports.ts';
import { orderColumns, orderRow, toView } from './order-row.ts';
import type { OrderSchema } from './schema.ts';

/** @param wake tells the relay that there is a step to take. */
export function createOrderStore(db: Kysely<OrderSchema>, wake: () => void): Orders {
  const select = (userId: string) => db.selectFrom('orders').select(orderColumns).where('user_id', '=', userId);
  return {
    async place({ userId, idempotencyKey, items, paymentToken }) {
      const placed = await db.transaction().execute((trx) =>
        onceByKey(
          trx,
          { scope: `orders of ${userId}`, key: idempotencyKey, request: { items, paymentToken } },
          async (): Promise<PlacedOrder> => {
            const id = randomUUID();
            await trx
              .insertInto('orders')
              .values({
                id,
                user_id: userId,
                state: 'reserve_due',
                items: JSON.stringify(items),
                payment_token: paymentToken,
              })
              .execute();
            await enqueue(trx, { topic: 'reserve', payload: { orderId: id } });
            return { id, status: 'pending' };
          },
        ),
      );
      wake();
      return placed;
    },
    async find(userId, orderId) {
      const row = await select(userId).where('id', '=', orderId).executeTakeFirst();
      return row && toView(orderRow.parse(row));
    },
    async list(userId, limit, cursor) {
      let query = select(userId)
        .orderBy('seq', 'desc')
        .limit(limit + 1);
      if (cursor !== undefined) query = query.where('seq', '<', parseCursor(cursor));
      const rows = (await query.execute()).map((row) => orderRow.parse(row));
      const page = rows.slice(0, limit);
      const last = page.at(-1);
      return {
        orders: page.map(toView),
        nextCursor: rows.length > limit && last !== undefined ? formatCursor(last.seq) : null,
      };
    },
  };
}

/** Opaque to clients, so that what it points at can change. */
function formatCursor(seq: string): string {
  return Buffer.from(`seq:${seq}`).toString('base64url');
}

function parseCursor(cursor: string): string {
  const match = /^seq:(\d{1,18})$/.exec(Buffer.from(cursor, 'base64url').toString('utf8'));
  if (match?.[1] === undefined) {
    throw new ServiceError('request_invalid', {
      violations: [{ field: 'query.cursor', message: 'is no cursor that this service gave' }],
    });
  }
  return match[1];
}
