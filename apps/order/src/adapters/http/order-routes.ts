/** Orders over HTTP: placed once a key, seen by their owner only. */

import { parseInput, type Routes, ServiceError } from '@weft/service-kit';
import { z } from 'zod';
import type { Orders } from '../../application/ports.ts';
import { mergeItems } from '../../domain/order.ts';
import type { TokenVerifier } from '../identity/token-verifier.ts';

export const itemsMax = 20;
export const quantityMax = 100;
export const pageMax = 100;

const newOrder = z.strictObject({
  items: z
    .array(z.strictObject({ sku: z.string().min(1).max(64), quantity: z.number().int().min(1).max(quantityMax) }))
    .min(1)
    .max(itemsMax)
    .transform(mergeItems)
    .refine((items) => items.every(({ quantity }) => quantity <= quantityMax), `at most ${quantityMax} of one product`),
  paymentToken: z.string().min(1).max(128),
});
const idempotencyKey = z.string().regex(/^[\x20-\x7e]{1,128}$/);
const params = z.object({ id: z.uuid() });
const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(pageMax).default(20),
  cursor: z.string().min(1).max(64).optional(),
});

export function orderRoutes(orders: Orders, verifier: TokenVerifier): Routes {
  return (server) => {
    server.post('/api/orders', async (request, reply) => {
      const userId = await verifier.userOf(request.headers.authorization);
      const key = idempotencyKey.safeParse(request.headers['idempotency-key']);
      if (!key.success) throw new ServiceError('idempotency_key_missing');
      const { items, paymentToken } = parseInput(newOrder, 'body', request.body);
      const placed = await orders.place({ userId, idempotencyKey: key.data, items, paymentToken });
      return reply.status(202).header('location', `/api/orders/${placed.id}`).send(placed);
    });
    server.get('/api/orders/:id', async (request) => {
      const userId = await verifier.userOf(request.headers.authorization);
      const id = params.safeParse(request.params);
      const order = id.success ? await orders.find(userId, id.data.id) : undefined;
      if (order === undefined) throw new ServiceError('not_found');
      return order;
    });
    server.get('/api/orders', async (request) => {
      const userId = await verifier.userOf(request.headers.authorization);
      const { limit, cursor } = parseInput(pageQuery, 'query', request.query);
      return orders.list(userId, limit, cursor);
    });
  };
}
