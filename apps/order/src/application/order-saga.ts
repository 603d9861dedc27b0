/** One step of an order: the call that its state waits for, and what it found out. */

import { assertThat } from '@weft/kernel';
import type { Step, StepOutcome } from '../domain/order.ts';
import type { Inventory, Payment, SagaOrder } from './ports.ts';

export interface OrderSaga {
  /**
   * Every step is idempotent by a key made of the order and the step: it is repeated until its outcome is known, never
   * given up. @throws when the outcome is unknown; call it again with the same order.
   */
  run(step: Step, order: SagaOrder): Promise<StepOutcome>;
}

const keyOf = (order: SagaOrder, step: Step): string => `${order.id}:${step}`;

export function createOrderSaga(inventory: Inventory, payment: Payment): OrderSaga {
  const steps: Readonly<Record<Step, (order: SagaOrder) => Promise<StepOutcome>>> = {
    reserve: (order) => inventory.reserve(keyOf(order, 'reserve'), order.id, order.items),
    async charge(order) {
      const { totalCents, paymentToken } = order;
      assertThat(totalCents !== null && paymentToken !== null, 'an order to be charged has a total and a token');
      const outcome = await payment.charge(keyOf(order, 'charge'), order.id, totalCents, paymentToken);
      if (outcome.kind === 'charged') return outcome;
      return { kind: 'declined', reason: outcome.kind === 'declined' ? 'payment_declined' : 'cancelled' };
    },
    async commit(order) {
      const outcome = await inventory.commit(keyOf(order, 'commit'), order.id);
      return { kind: outcome === 'committed' ? 'committed' : 'reservation_lost' };
    },
    async void(order) {
      await payment.void(keyOf(order, 'void'), keyOf(order, 'charge'), order.id);
      return { kind: 'voided' };
    },
    async release(order) {
      await inventory.release(keyOf(order, 'release'), order.id);
      return { kind: 'released' };
    },
  };
  return { run: (step, order) => steps[step](order) };
}
