/** An order's life as a state machine: which step each state waits for, and where each outcome leads. */

/** The step that an order waits for. */
export type Step = 'reserve' | 'charge' | 'commit' | 'void' | 'release';

export type OrderState = `${Step}_due` | 'confirmed' | 'rejected';

/** What the outside sees. */
export type OrderStatus = 'pending' | 'confirmed' | 'rejected';

export type RejectionReason =
  | 'out_of_stock'
  | 'unknown_product'
  | 'payment_declined'
  /** Something undid the reservation or the charge under the order: an operator did. */
  | 'cancelled';

export interface OrderItem {
  readonly sku: string;
  readonly quantity: number;
}

/** What a step found out. */
export type StepOutcome =
  | { readonly kind: 'reserved'; readonly totalCents: number }
  | { readonly kind: 'refused'; readonly reason: RejectionReason }
  | { readonly kind: 'charged'; readonly chargeId: string }
  | { readonly kind: 'declined'; readonly reason: RejectionReason }
  | { readonly kind: 'committed' }
  | { readonly kind: 'reservation_lost' }
  | { readonly kind: 'voided' }
  | { readonly kind: 'released' };

/** Where an order goes; absent fields stay as they are. */
export interface Transition {
  readonly state: OrderState;
  readonly reason?: RejectionReason;
  readonly totalCents?: number;
  readonly chargeId?: string;
}

/**
 * reserve → charge → commit → confirmed. Refused: rejected. Declined: release → rejected.
 * Nothing reserved any more at the commit: void → release → rejected, so that no charge is left without its goods.
 */
export function nextTransition(outcome: StepOutcome): Transition {
  switch (outcome.kind) {
    case 'reserved':
      return { state: 'charge_due', totalCents: outcome.totalCents };
    case 'refused':
      return { state: 'rejected', reason: outcome.reason };
    case 'charged':
      return { state: 'commit_due', chargeId: outcome.chargeId };
    case 'declined':
      return { state: 'release_due', reason: outcome.reason };
    case 'committed':
      return { state: 'confirmed' };
    case 'reservation_lost':
      return { state: 'void_due', reason: 'cancelled' };
    case 'voided':
      return { state: 'release_due' };
    case 'released':
      return { state: 'rejected' };
  }
}

/** The step that a state waits for; nothing when the order is done. */
export function stepDue(state: OrderState): Step | undefined {
  switch (state) {
    case 'confirmed':
    case 'rejected':
      return undefined;
    case 'reserve_due':
      return 'reserve';
    case 'charge_due':
      return 'charge';
    case 'commit_due':
      return 'commit';
    case 'void_due':
      return 'void';
    case 'release_due':
      return 'release';
  }
}

export function statusOf(state: OrderState): OrderStatus {
  return state === 'confirmed' || state === 'rejected' ? state : 'pending';
}

/** One item a product, in the order in which the products were first named. */
export function mergeItems(items: readonly OrderItem[]): OrderItem[] {
  const quantities = new Map<string, number>();
  for (const { sku, quantity } of items) quantities.set(sku, (quantities.get(sku) ?? 0) + quantity);
  return [...quantities].map(([sku, quantity]) => ({ sku, quantity }));
}
