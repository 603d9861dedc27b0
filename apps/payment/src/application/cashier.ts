/** The use cases of money: charge once a key, undo, look up. */

import { randomUUID } from 'node:crypto';
import { type Clock, delay } from '@weft/kernel';
import { ServiceError } from '@weft/service-kit';
import { type Charge, type ChargeStatus, judgeToken, statusAfterVoid } from '../domain/charge.ts';

export interface ChargeRequest {
  readonly key: string;
  readonly orderId: string;
  readonly amountCents: number;
  readonly paymentToken: string;
}

/** Without the token, which is never stored. */
export interface NewCharge extends Charge {
  readonly key: string;
  readonly createdAt: Date;
}

export interface ChargeStore {
  find(key: string): Promise<Charge | undefined>;
  /** Inserts unless the key has a charge. @returns the charge that the key has then. */
  insertOnce(charge: NewCharge): Promise<Charge>;
  /** Applies `change` to the locked charge of a key, inserting `otherwise` where it has none. @returns the status then. */
  changeStatus(
    key: string,
    change: (status: ChargeStatus) => ChargeStatus,
    otherwise: NewCharge,
  ): Promise<ChargeStatus>;
}

export interface Cashier {
  /** The first outcome of the key. @throws ServiceError `idempotency_conflict` when order or amount differ from the first call's */
  charge(request: ChargeRequest): Promise<Charge>;
  void(chargeKey: string, orderId: string): Promise<ChargeStatus>;
  find(key: string): Promise<Charge | undefined>;
}

export function createCashier(store: ChargeStore, clock: Clock, version: string): Cashier {
  const newCharge = (key: string, orderId: string, amountCents: number, status: ChargeStatus): NewCharge => ({
    key,
    id: randomUUID(),
    orderId,
    amountCents,
    status,
    servedBy: version,
    createdAt: new Date(clock.now()),
  });
  return {
    async charge({ key, orderId, amountCents, paymentToken }) {
      const known = await store.find(key);
      if (known !== undefined) return checkSame(known, orderId, amountCents);
      const verdict = judgeToken(paymentToken);
      // A caller that stops waiting does not stop the bank: what became of its charge is learnt by asking again.
      if (verdict.delayMs > 0) await delay(clock, verdict.delayMs);
      return checkSame(
        await store.insertOnce(newCharge(key, orderId, amountCents, verdict.status)),
        orderId,
        amountCents,
      );
    },
    void: (chargeKey, orderId) =>
      store.changeStatus(chargeKey, statusAfterVoid, newCharge(chargeKey, orderId, 0, 'voided')),
    find: (key) => store.find(key),
  };
}

function checkSame(charge: Charge, orderId: string, amountCents: number): Charge {
  const tombstone = charge.status === 'voided' && charge.amountCents === 0;
  if (charge.orderId !== orderId || (charge.amountCents !== amountCents && !tombstone)) {
    throw new ServiceError('idempotency_conflict');
  }
  return charge;
}
