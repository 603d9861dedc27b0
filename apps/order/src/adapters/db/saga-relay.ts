/** The outbox drives the saga: each message is one step of one order, and its settlement is the next state. */

import { createOwnership, createRelay, type MessageHandler, type Relay, type ServiceTools } from '@weft/service-kit';
import { sql, type Transaction } from 'kysely';
import { z } from 'zod';
import type { OrderSaga } from '../../application/order-saga.ts';
import { nextTransition, type Step, stepDue, type Transition } from '../../domain/order.ts';
import { orderColumns, orderRow, toSagaOrder } from './order-row.ts';
import type { OrderSchema } from './schema.ts';

const payload = z.object({ orderId: z.string() });

export function createSagaRelay(saga: OrderSaga, tools: ServiceTools<OrderSchema>): Relay {
  const handle =
    (step: Step): MessageHandler<OrderSchema> =>
    async (message, settle) => {
      const { orderId } = payload.parse(message);
      const row = await tools.db
        .selectFrom('orders')
        .select(orderColumns)
        .where('id', '=', orderId)
        .executeTakeFirstOrThrow();
      const order = toSagaOrder(orderRow.parse(row));
      // A second delivery of a step that was settled: there is nothing left to do for it.
      if (stepDue(order.state) !== step) return settle(async () => []);
      const transition = nextTransition(await saga.run(step, order));
      await settle(async (trx) => {
        if (!(await move(trx, orderId, `${step}_due`, transition))) return [];
        const next = stepDue(transition.state);
        if (next === undefined) tools.log.info({ orderId, state: transition.state }, 'an order is done');
        return next === undefined ? [] : [{ topic: next, payload: { orderId } }];
      });
    };
  return createRelay({
    db: tools.db,
    ownership: createOwnership({ url: tools.databaseUrl, clock: tools.clock, random: tools.random, log: tools.log }),
    handlers: {
      reserve: handle('reserve'),
      charge: handle('charge'),
      commit: handle('commit'),
      void: handle('void'),
      release: handle('release'),
    },
    clock: tools.clock,
    random: tools.random,
    log: tools.log,
    metrics: tools.metrics,
  });
}

/** @returns false when the order is not in the state that the step belongs to. */
async function move(
  trx: Transaction<OrderSchema>,
  orderId: string,
  from: string,
  { state, reason, totalCents, chargeId }: Transition,
): Promise<boolean> {
  const result = await trx
    .updateTable('orders')
    .set({
      state,
      ...(reason === undefined ? {} : { reason }),
      ...(totalCents === undefined ? {} : { total_cents: totalCents }),
      ...(chargeId === undefined ? {} : { charge_id: chargeId }),
      ...(stepDue(state) === undefined ? { payment_token: null } : {}),
      updated_at: sql`now()`,
    })
    .where('id', '=', orderId)
    .where('state', '=', from)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}
