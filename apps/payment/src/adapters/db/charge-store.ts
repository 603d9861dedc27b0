/** Charges in PostgreSQL: the unique key decides between calls that race. */

import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { ChargeStore, NewCharge } from '../../application/cashier.ts';
import type { Charge } from '../../domain/charge.ts';
import type { PaymentSchema } from './schema.ts';

const chargeRow = z.object({
  id: z.string(),
  orderId: z.string(),
  amountCents: z.number().int(),
  status: z.enum(['charged', 'declined', 'voided']),
  servedBy: z.string(),
});

export function createChargeStore(db: Kysely<PaymentSchema>): ChargeStore {
  const find = async (source: Kysely<PaymentSchema>, key: string, lock = false): Promise<Charge | undefined> => {
    const query = source
      .selectFrom('charges')
      .select(['id', 'order_id as orderId', 'amount_cents as amountCents', 'status', 'served_by as servedBy'])
      .where('idempotency_key', '=', key);
    const row = await (lock ? query.forUpdate() : query).executeTakeFirst();
    return row && chargeRow.parse(row);
  };
  const insert = async (source: Kysely<PaymentSchema>, charge: NewCharge): Promise<void> => {
    await source
      .insertInto('charges')
      .values({
        id: charge.id,
        idempotency_key: charge.key,
        order_id: charge.orderId,
        amount_cents: charge.amountCents,
        status: charge.status,
        served_by: charge.servedBy,
        created_at: charge.createdAt,
      })
      .onConflict((conflict) => conflict.column('idempotency_key').doNothing())
      .execute();
  };
  const findOrFail = async (source: Kysely<PaymentSchema>, key: string, lock = false): Promise<Charge> => {
    const charge = await find(source, key, lock);
    if (charge === undefined) throw new Error('a charge that was just written is not there');
    return charge;
  };
  return {
    find: (key) => find(db, key),
    async insertOnce(charge) {
      await insert(db, charge);
      return findOrFail(db, charge.key);
    },
    changeStatus: (key, change, otherwise) =>
      db.transaction().execute(async (trx) => {
        await insert(trx, otherwise);
        const status = change((await findOrFail(trx, key, true)).status);
        await trx
          .updateTable('charges')
          .set({ status, updated_at: sql`now()` })
          .where('idempotency_key', '=', key)
          .execute();
        return status;
      }),
  };
}
