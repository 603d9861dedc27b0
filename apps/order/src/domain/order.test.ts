import { describe, expect, it } from 'vitest';
import { mergeItems, nextTransition, type OrderState, type StepOutcome, statusOf, stepDue } from './order.ts';

/** The states that an order passes, given what its steps find out. */
function path(...outcomes: StepOutcome[]): OrderState[] {
  return ['reserve_due', ...outcomes.map((outcome) => nextTransition(outcome).state)];
}

describe('an order', () => {
  it('is confirmed when stock, money and goods are there', () => {
    const states = path(
      { kind: 'reserved', totalCents: 100 },
      { kind: 'charged', chargeId: 'c' },
      { kind: 'committed' },
    );
    expect(states).toEqual(['reserve_due', 'charge_due', 'commit_due', 'confirmed']);
  });

  it('is rejected at once when nothing was reserved', () => {
    expect(nextTransition({ kind: 'refused', reason: 'out_of_stock' })).toEqual({
      state: 'rejected',
      reason: 'out_of_stock',
    });
  });

  it('gives its stock back when the payment is declined', () => {
    const states = path(
      { kind: 'reserved', totalCents: 100 },
      { kind: 'declined', reason: 'payment_declined' },
      { kind: 'released' },
    );
    expect(states).toEqual(['reserve_due', 'charge_due', 'release_due', 'rejected']);
  });

  it('gives the money back when the goods are gone after the charge', () => {
    const states = path(
      { kind: 'reserved', totalCents: 100 },
      { kind: 'charged', chargeId: 'c' },
      { kind: 'reservation_lost' },
      { kind: 'voided' },
      { kind: 'released' },
    );
    expect(states).toEqual(['reserve_due', 'charge_due', 'commit_due', 'void_due', 'release_due', 'rejected']);
  });

  it('waits for a step in every state but the last two', () => {
    const states: OrderState[] = ['reserve_due', 'charge_due', 'commit_due', 'void_due', 'release_due'];
    for (const state of states) {
      expect(`${stepDue(state)}_due`).toBe(state);
      expect(statusOf(state)).toBe('pending');
    }
    expect([stepDue('confirmed'), stepDue('rejected')]).toEqual([undefined, undefined]);
  });

  it('has one item a product', () => {
    const items = [
      { sku: 'b', quantity: 1 },
      { sku: 'a', quantity: 2 },
      { sku: 'b', quantity: 3 },
    ];
    expect(mergeItems(items)).toEqual([
      { sku: 'b', quantity: 4 },
      { sku: 'a', quantity: 2 },
    ]);
  });
});
