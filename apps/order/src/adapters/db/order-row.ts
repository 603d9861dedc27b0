/** A row of the table of orders, checked where it comes in. */

import { z } from 'zod';
import type { OrderView, SagaOrder } from '../../application/ports.ts';
import { statusOf } from '../../domain/order.ts';

export const orderColumns = [
  'id',
  'seq',
  'state',
  'reason',
  'items',
  'total_cents',
  'payment_token',
  'created_at',
] as const;

export const orderRow = z.object({
  id: z.string(),
  seq: z.string(),
  state: z.enum(['reserve_due', 'charge_due', 'commit_due', 'void_due', 'release_due', 'confirmed', 'rejected']),
  reason: z.enum(['out_of_stock', 'unknown_product', 'payment_declined', 'cancelled']).nullable(),
  items: z.array(z.object({ sku: z.string(), quantity: z.number().int() })),
  total_cents: z.number().int().nullable(),
  payment_token: z.string().nullable(),
  created_at: z.date(),
});

type Row = z.infer<typeof orderRow>;

export function toView(row: Row): OrderView {
  const status = statusOf(row.state);
  return {
    id: row.id,
    status,
    // A declined order knows its reason before its stock is back; its owner learns it with the end.
    reason: status === 'rejected' ? row.reason : null,
    items: row.items,
    totalCents: row.total_cents,
    createdAt: row.created_at.toISOString(),
  };
}

export function toSagaOrder(row: Row): SagaOrder {
  return {
    id: row.id,
    state: row.state,
    items: row.items,
    totalCents: row.total_cents,
    paymentToken: row.payment_token,
  };
}
