/** Stock over gRPC: messages checked, outcomes translated. */

import {
  CommitResponse_Outcome,
  Inventory,
  ReleaseResponse_Outcome,
  ReserveResponse_Outcome,
} from '@weft/service-contracts/shop/inventory/v1/inventory';
import { type GrpcService, implementService, parseInput } from '@weft/service-kit';
import { z } from 'zod';
import type { StockDesk } from '../../application/stock-desk.ts';

const key = z.string().min(1).max(128);
const keyed = z.object({ idempotencyKey: key, orderId: key });
const reserveRequest = keyed.extend({
  lines: z
    .array(z.object({ sku: z.string().min(1).max(64), quantity: z.number().int().min(1).max(1000) }))
    .min(1)
    .max(50),
});

const refusals = {
  out_of_stock: ReserveResponse_Outcome.OUT_OF_STOCK,
  unknown_product: ReserveResponse_Outcome.UNKNOWN_PRODUCT,
} as const;

export function inventoryGrpc(desk: StockDesk): GrpcService {
  return implementService(Inventory, {
    async reserve(message) {
      const { idempotencyKey, orderId, lines } = parseInput(reserveRequest, 'message', message);
      const outcome = await desk.reserve(idempotencyKey, orderId, lines);
      if (outcome.kind === 'released') return { outcome: ReserveResponse_Outcome.RELEASED };
      if (outcome.kind === 'refused') return { outcome: refusals[outcome.reason] };
      return {
        outcome: ReserveResponse_Outcome.RESERVED,
        lines: outcome.lines.map((line) => ({ ...line, unitPriceCents: BigInt(line.unitPriceCents) })),
        totalCents: BigInt(outcome.totalCents),
      };
    },
    async commit(message) {
      const { idempotencyKey, orderId } = parseInput(keyed, 'message', message);
      const outcome = await desk.commit(idempotencyKey, orderId);
      return {
        outcome: outcome === 'committed' ? CommitResponse_Outcome.COMMITTED : CommitResponse_Outcome.NOT_RESERVED,
      };
    },
    async release(message) {
      const { idempotencyKey, orderId } = parseInput(keyed, 'message', message);
      const outcome = await desk.release(idempotencyKey, orderId);
      return {
        outcome: outcome === 'released' ? ReleaseResponse_Outcome.RELEASED : ReleaseResponse_Outcome.COMMITTED,
      };
    },
  });
}
