/** The use cases of stock: reserve, commit, release; each may be repeated. */

import {
  canonicalLines,
  type Decision,
  decideReservation,
  type Line,
  type ReservationState,
  type Stock,
} from '../domain/reservation.ts';

export type ReserveOutcome = Decision | { readonly kind: 'released' };

export interface Reservation {
  readonly state: ReservationState;
  /** Empty unless something was reserved. */
  readonly lines: readonly Line[];
}

/** What the use cases need of the database, within one transaction. */
export interface StockTransaction {
  /** The reservation of an order, locked; makes none. */
  reservation(orderId: string): Promise<Reservation | undefined>;
  /** The products of these lines, locked in the lines' order. */
  lockStocks(skus: readonly string[]): Promise<readonly Stock[]>;
  /** Writes a new reservation. */
  insertReservation(orderId: string, state: ReservationState, lines: readonly Line[]): Promise<void>;
  setState(orderId: string, state: ReservationState): Promise<void>;
  /** Moves stock between available, reserved and sold, and writes the ledger. */
  move(orderId: string, kind: 'reserve' | 'commit' | 'release', lines: readonly Line[]): Promise<void>;
}

/** One call that changes something. */
export interface KeyedCall {
  readonly method: 'reserve' | 'commit' | 'release';
  readonly key: string;
  readonly orderId: string;
  readonly lines: readonly Line[];
}

export interface StockStore {
  /**
   * Runs `work` once a key; a repeat gets the stored answer. Calls for the same order run one after another.
   * @throws ServiceError `idempotency_conflict`
   */
  once<A>(call: KeyedCall, work: (tx: StockTransaction) => Promise<A>): Promise<A>;
}

export type CommitOutcome = 'committed' | 'not_reserved';
export type ReleaseOutcome = 'released' | 'committed';

export interface StockDesk {
  reserve(key: string, orderId: string, lines: readonly Line[]): Promise<ReserveOutcome>;
  commit(key: string, orderId: string): Promise<CommitOutcome>;
  release(key: string, orderId: string): Promise<ReleaseOutcome>;
}

export function createStockDesk(store: StockStore): StockDesk {
  return {
    reserve(key, orderId, asked) {
      const lines = canonicalLines(asked);
      return store.once({ method: 'reserve', key, orderId, lines }, (tx) => reserve(tx, orderId, lines));
    },
    commit: (key, orderId) =>
      store.once({ method: 'commit', key, orderId, lines: [] }, async (tx) => {
        const existing = await tx.reservation(orderId);
        if (existing?.state === 'committed') return 'committed';
        if (existing?.state !== 'reserved') return 'not_reserved';
        await tx.setState(orderId, 'committed');
        await tx.move(orderId, 'commit', existing.lines);
        return 'committed';
      }),
    release: (key, orderId) =>
      store.once({ method: 'release', key, orderId, lines: [] }, async (tx) => {
        const existing = await tx.reservation(orderId);
        if (existing?.state === 'committed') return 'committed';
        // A tombstone: a Reserve that is still on its way must find the order released.
        if (existing === undefined) await tx.insertReservation(orderId, 'released', []);
        if (existing?.state !== 'reserved') return 'released';
        await tx.setState(orderId, 'released');
        await tx.move(orderId, 'release', existing.lines);
        return 'released';
      }),
  };
}

async function reserve(tx: StockTransaction, orderId: string, lines: readonly Line[]): Promise<ReserveOutcome> {
  const existing = await tx.reservation(orderId);
  // Another key for an order that has a reservation: nothing is taken twice, and what was taken is not this call's.
  if (existing !== undefined) return { kind: 'released' };
  const decision = decideReservation(lines, await tx.lockStocks(lines.map(({ sku }) => sku)));
  if (decision.kind === 'refused') {
    await tx.insertReservation(orderId, 'refused', []);
    return decision;
  }
  await tx.insertReservation(orderId, 'reserved', lines);
  await tx.move(orderId, 'reserve', lines);
  return decision;
}
