/** The tables of the order service. */

import type { WithIdempotency, WithOutbox } from '@weft/service-kit';
import type { Generated } from 'kysely';

export interface OrderTable {
  id: string;
  /** Order of arrival; what cursors point at. */
  seq: Generated<string>;
  user_id: string;
  state: string;
  reason: string | null;
  items: unknown;
  total_cents: number | null;
  charge_id: string | null;
  /** Kept only until the order is done. */
  payment_token: string | null;
  created_at: Generated<Date>;
  updated_at: Generated<Date>;
}

export interface OrderSchema extends WithIdempotency, WithOutbox {
  orders: OrderTable;
}
