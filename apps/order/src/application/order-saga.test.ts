import { describe, expect, it } from 'vitest';
import type { Step } from '../domain/order.ts';
import { createOrderSaga } from './order-saga.ts';
import type { ChargeOutcome, Inventory, Payment, SagaOrder } from './ports.ts';

const order: SagaOrder = {
  id: 'o-1',
  state: 'charge_due',
  items: [{ sku: 'mug', quantity: 2 }],
  totalCents: 500,
  paymentToken: 'tok_ok',
};

function shop(outcomes: { charge?: ChargeOutcome; commit?: 'committed' | 'not_reserved' } = {}) {
  const calls: unknown[][] = [];
  const inventory: Inventory = {
    async reserve(...call) {
      calls.push(['reserve', ...call]);
      return { kind: 'reserved', totalCents: 500 };
    },
    async commit(...call) {
      calls.push(['commit', ...call]);
      return outcomes.commit ?? 'committed';
    },
    async release(...call) {
      calls.push(['release', ...call]);
    },
  };
  const payment: Payment = {
    async charge(...call) {
      calls.push(['charge', ...call]);
      return outcomes.charge ?? { kind: 'charged', chargeId: 'c-1' };
    },
    async void(...call) {
      calls.push(['void', ...call]);
    },
  };
  return { saga: createOrderSaga(inventory, payment), calls };
}

describe('a step of an order', () => {
  it('makes its one call, with a key of the order and the step', async () => {
    const { saga, calls } = shop();
    const steps: Step[] = ['reserve', 'charge', 'commit', 'void', 'release'];
    for (const step of steps) await saga.run(step, order);
    expect(calls).toEqual([
      ['reserve', 'o-1:reserve', 'o-1', order.items],
      ['charge', 'o-1:charge', 'o-1', 500, 'tok_ok'],
      ['commit', 'o-1:commit', 'o-1'],
      ['void', 'o-1:void', 'o-1:charge', 'o-1'],
      ['release', 'o-1:release', 'o-1'],
    ]);
  });

  it('uses the same key when it is repeated', async () => {
    const { saga, calls } = shop();
    await saga.run('charge', order);
    await saga.run('charge', order);
    expect(calls[0]).toEqual(calls[1]);
  });

  it('reports what it found out', async () => {
    const declined = shop({ charge: { kind: 'declined' } });
    expect(await declined.saga.run('charge', order)).toEqual({ kind: 'declined', reason: 'payment_declined' });
    const voided = shop({ charge: { kind: 'voided' } });
    expect(await voided.saga.run('charge', order)).toEqual({ kind: 'declined', reason: 'cancelled' });
    const lost = shop({ commit: 'not_reserved' });
    expect(await lost.saga.run('commit', order)).toEqual({ kind: 'reservation_lost' });
  });

  it('never charges an order without a total', async () => {
    const { saga, calls } = shop();
    await expect(saga.run('charge', { ...order, totalCents: null })).rejects.toThrow('assertion failed');
    expect(calls).toEqual([]);
  });
});
