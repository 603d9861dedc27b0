/** What the use cases of orders need of the outside. */

import type { OrderItem, OrderState, OrderStatus, RejectionReason } from '../domain/order.ts';

/** An order as its owner sees it. */
export interface OrderView {
  readonly id: string;
  readonly status: OrderStatus;
  /** Why it was rejected; null otherwise. */
  readonly reason: RejectionReason | null;
  readonly items: readonly OrderItem[];
  /** Null until the stock is reserved. */
  readonly totalCents: number | null;
  readonly createdAt: string;
}

export interface NewOrder {
  readonly userId: string;
  readonly idempotencyKey: string;
  readonly items: readonly OrderItem[];
  readonly paymentToken: string;
}

export interface PlacedOrder {
  readonly id: string;
  readonly status: 'pending';
}

export interface OrderPage {
  readonly orders: readonly OrderView[];
  /** Null on the last page. */
  readonly nextCursor: string | null;
}

export interface Orders {
  /** Writes the order and its first step as one, once a user and key. @throws ServiceError `idempotency_conflict` */
  place(order: NewOrder): Promise<PlacedOrder>;
  find(userId: string, orderId: string): Promise<OrderView | undefined>;
  /** Newest first. @param cursor of an earlier page. @throws ServiceError `request_invalid` */
  list(userId: string, limit: number, cursor: string | undefined): Promise<OrderPage>;
}

/** An order as the saga sees it. */
export interface SagaOrder {
  readonly id: string;
  readonly state: OrderState;
  readonly items: readonly OrderItem[];
  readonly totalCents: number | null;
  /** Null once the order is done. */
  readonly paymentToken: string | null;
}

export type ReserveOutcome =
  | { readonly kind: 'reserved'; readonly totalCents: number }
  | { readonly kind: 'refused'; readonly reason: 'out_of_stock' | 'unknown_product' | 'cancelled' };

/** Each call may be repeated with its key. Each throws when its outcome is not known. */
export interface Inventory {
  reserve(key: string, orderId: string, items: readonly OrderItem[]): Promise<ReserveOutcome>;
  commit(key: string, orderId: string): Promise<'committed' | 'not_reserved'>;
  release(key: string, orderId: string): Promise<void>;
}

export type ChargeOutcome =
  | { readonly kind: 'charged'; readonly chargeId: string }
  | { readonly kind: 'declined' }
  | { readonly kind: 'voided' };

/** As for Inventory. */
export interface Payment {
  charge(key: string, orderId: string, amountCents: number, paymentToken: string): Promise<ChargeOutcome>;
  void(key: string, chargeKey: string, orderId: string): Promise<void>;
}
