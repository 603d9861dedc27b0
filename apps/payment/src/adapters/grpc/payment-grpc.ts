/** Charges over gRPC: messages checked, statuses translated. */

import { ChargeStatus, Payment } from '@weft/service-contracts/shop/payment/v1/payment';
import { type GrpcService, implementService, parseInput } from '@weft/service-kit';
import { z } from 'zod';
import type { Cashier } from '../../application/cashier.ts';

const key = z.string().min(1).max(128);
const centsMax = 2_000_000_000n;
const chargeRequest = z.object({
  idempotencyKey: key,
  orderId: key,
  amountCents: z.bigint().min(1n).max(centsMax),
  paymentToken: z.string().min(1).max(128),
});
const voidRequest = z.object({ idempotencyKey: key, chargeIdempotencyKey: key, orderId: key });
const getRequest = z.object({ idempotencyKey: key });

const statuses = {
  charged: ChargeStatus.CHARGED,
  declined: ChargeStatus.DECLINED,
  voided: ChargeStatus.VOIDED,
} as const;

export function paymentGrpc(cashier: Cashier): GrpcService {
  return implementService(Payment, {
    async charge(message) {
      const { idempotencyKey, orderId, amountCents, paymentToken } = parseInput(chargeRequest, 'message', message);
      const charge = await cashier.charge({
        key: idempotencyKey,
        orderId,
        amountCents: Number(amountCents),
        paymentToken,
      });
      return { chargeId: charge.id, status: statuses[charge.status], servedBy: charge.servedBy };
    },
    async void(message) {
      const { chargeIdempotencyKey, orderId } = parseInput(voidRequest, 'message', message);
      return { status: statuses[await cashier.void(chargeIdempotencyKey, orderId)] };
    },
    async getCharge(message) {
      const charge = await cashier.find(parseInput(getRequest, 'message', message).idempotencyKey);
      if (charge === undefined) return { found: false };
      return {
        found: true,
        chargeId: charge.id,
        status: statuses[charge.status],
        amountCents: BigInt(charge.amountCents),
      };
    },
  });
}
