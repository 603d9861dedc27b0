/** The tables of the inventory service. */

import type { WithIdempotency } from '@weft/service-kit';
import type { Generated } from 'kysely';

export interface ProductTable {
  sku: string;
  name: string;
  price_cents: number;
  /** stock + reserved + sold = seeded: the database refuses anything else. */
  stock: number;
  reserved: number;
  sold: number;
  seeded: number;
}

export interface ReservationTable {
  order_id: string;
  state: string;
  lines: unknown;
  created_at: Generated<Date>;
  updated_at: Generated<Date>;
}

/** Append only; its sums must give the products' numbers. */
export interface LedgerTable {
  id: Generated<string>;
  sku: string;
  /** Null for the seed. */
  order_id: string | null;
  kind: string;
  quantity: number;
  at: Generated<Date>;
}

export interface InventorySchema extends WithIdempotency {
  products: ProductTable;
  reservations: ReservationTable;
  ledger: LedgerTable;
}
