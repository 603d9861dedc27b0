import { createManualClock } from '@weft/kernel';
import { describe, expect, it } from 'vitest';
import { type ChargeStore, createCashier, type NewCharge } from './cashier.ts';

function till() {
  const charges = new Map<string, NewCharge>();
  const store: ChargeStore = {
    find: async (key) => charges.get(key),
    async insertOnce(charge) {
      const kept = charges.get(charge.key) ?? charge;
      charges.set(charge.key, kept);
      return kept;
    },
    async changeStatus(key, change, otherwise) {
      const charge = charges.get(key) ?? otherwise;
      const status = change(charge.status);
      charges.set(key, { ...charge, status });
      return status;
    },
  };
  const clock = createManualClock();
  return { cashier: createCashier(store, clock, 'v1'), clock, charges };
}

const request = { key: 'k', orderId: 'o', amountCents: 500, paymentToken: 'tok_ok' };

describe('the cashier', () => {
  it('charges once a key, also when the calls come together', async () => {
    const { cashier, charges } = till();
    const all = await Promise.all([cashier.charge(request), cashier.charge(request), cashier.charge(request)]);
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
    expect(all[0]).toMatchObject({ status: 'charged', amountCents: 500, servedBy: 'v1' });
    expect(charges.size).toBe(1);
  });

  it.each(['tok_declined', 'tok_unheard_of', ''])('declines "%s"', async (paymentToken) => {
    const { cashier } = till();
    expect(await cashier.charge({ ...request, paymentToken })).toMatchObject({ status: 'declined' });
  });

  it('waits two seconds for the slow bank', async () => {
    const { cashier, clock, charges } = till();
    const outcome = cashier.charge({ ...request, paymentToken: 'tok_slow' });
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(1999);
    await new Promise((resolve) => setImmediate(resolve));
    expect(charges.size).toBe(0);
    clock.advance(1);
    expect(await outcome).toMatchObject({ status: 'charged' });
  });

  it('never stores a payment token', async () => {
    const { cashier, charges } = till();
    await cashier.charge(request);
    expect(JSON.stringify([...charges.values()])).not.toContain('tok_ok');
  });

  it('refuses a key that comes with another order or amount', async () => {
    const { cashier } = till();
    await cashier.charge(request);
    for (const other of [{ orderId: 'p' }, { amountCents: 501 }]) {
      await expect(cashier.charge({ ...request, ...other })).rejects.toMatchObject({ code: 'idempotency_conflict' });
    }
  });

  it('undoes a charge, once and for all', async () => {
    const { cashier } = till();
    await cashier.charge(request);
    expect(await cashier.void('k', 'o')).toBe('voided');
    expect(await cashier.void('k', 'o')).toBe('voided');
    expect(await cashier.charge(request)).toMatchObject({ status: 'voided' });
  });

  it('charges nothing for a key that was undone before its charge came', async () => {
    const { cashier } = till();
    expect(await cashier.void('k', 'o')).toBe('voided');
    expect(await cashier.charge(request)).toMatchObject({ status: 'voided', amountCents: 0 });
  });
});
