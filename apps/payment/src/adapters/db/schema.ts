/** The tables of the payment service. */

import type { Generated } from 'kysely';

export interface ChargeTable {
  id: string;
  idempotency_key: string;
  order_id: string;
  amount_cents: number;
  status: string;
  served_by: string;
  created_at: Date;
  updated_at: Generated<Date>;
}

export interface PaymentSchema {
  charges: ChargeTable;
}
