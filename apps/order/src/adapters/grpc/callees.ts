/** Inventory and payment over gRPC, with their statuses in the words of this service. */

import {
  CommitResponse_Outcome,
  Inventory as InventoryService,
  ReserveResponse_Outcome,
} from '@weft/service-contracts/shop/inventory/v1/inventory';
import { ChargeStatus, Payment as PaymentService } from '@weft/service-contracts/shop/payment/v1/payment';
import { createGrpcClient, grpcAddresses, parseInput, ServiceError, type ServiceTools } from '@weft/service-kit';
import { z } from 'zod';
import type { Inventory, Payment } from '../../application/ports.ts';

export interface Callees {
  readonly inventory: Inventory;
  readonly payment: Payment;
  readonly stop: () => void;
}

export interface CalleeTargets {
  readonly INVENTORY_TARGET: string;
  readonly PAYMENT_TARGET: string;
}

const cents = z.bigint().min(1n).max(2_000_000_000n).transform(Number);
const chargeId = z.string().min(1).max(64);

export function createCallees<T>(targets: CalleeTargets, tools: ServiceTools<T>): Callees {
  const { log, metrics, clock, random, discovery } = tools;
  const world = { log, metrics, clock, random };
  const inventory = createGrpcClient(InventoryService, {
    ...world,
    addresses: grpcAddresses(targets.INVENTORY_TARGET, discovery),
    timeoutMs: 5000,
  });
  const payment = createGrpcClient(PaymentService, {
    ...world,
    addresses: grpcAddresses(targets.PAYMENT_TARGET, discovery),
    // The slowest bank takes 2 s; what takes longer is asked again with the same key.
    timeoutMs: 8000,
  });
  return {
    inventory: inventoryPort(inventory.calls),
    payment: paymentPort(payment.calls),
    stop() {
      inventory.stop();
      payment.stop();
    },
  };
}

type Calls<S extends Parameters<typeof createGrpcClient>[0]> = ReturnType<typeof createGrpcClient<S>>['calls'];

function inventoryPort(calls: Calls<typeof InventoryService>): Inventory {
  return {
    async reserve(idempotencyKey, orderId, items) {
      const answer = await calls.reserve({ idempotencyKey, orderId, lines: [...items] });
      switch (answer.outcome) {
        case ReserveResponse_Outcome.RESERVED:
          return { kind: 'reserved', totalCents: parseInput(cents, 'message.totalCents', answer.totalCents) };
        case ReserveResponse_Outcome.OUT_OF_STOCK:
          return { kind: 'refused', reason: 'out_of_stock' };
        case ReserveResponse_Outcome.UNKNOWN_PRODUCT:
          return { kind: 'refused', reason: 'unknown_product' };
        case ReserveResponse_Outcome.RELEASED:
          return { kind: 'refused', reason: 'cancelled' };
        default:
          throw unknownAnswer('inventory', answer.outcome);
      }
    },
    async commit(idempotencyKey, orderId) {
      const { outcome } = await calls.commit({ idempotencyKey, orderId });
      if (outcome === CommitResponse_Outcome.COMMITTED) return 'committed';
      if (outcome === CommitResponse_Outcome.NOT_RESERVED) return 'not_reserved';
      throw unknownAnswer('inventory', outcome);
    },
    async release(idempotencyKey, orderId) {
      await calls.release({ idempotencyKey, orderId });
    },
  };
}

function paymentPort(calls: Calls<typeof PaymentService>): Payment {
  return {
    async charge(idempotencyKey, orderId, amountCents, paymentToken) {
      const answer = await calls.charge({
        idempotencyKey,
        orderId,
        amountCents: BigInt(amountCents),
        paymentToken,
      });
      switch (answer.status) {
        case ChargeStatus.CHARGED:
          return { kind: 'charged', chargeId: parseInput(chargeId, 'message.chargeId', answer.chargeId) };
        case ChargeStatus.DECLINED:
          return { kind: 'declined' };
        case ChargeStatus.VOIDED:
          return { kind: 'voided' };
        default:
          throw unknownAnswer('payment', answer.status);
      }
    },
    async void(idempotencyKey, chargeIdempotencyKey, orderId) {
      await calls.void({ idempotencyKey, chargeIdempotencyKey, orderId });
    },
  };
}

/** A newer callee may know outcomes that this version does not: the step waits for a version that does. */
function unknownAnswer(callee: string, outcome: number): ServiceError {
  return new ServiceError('internal', { detail: `${callee} answered outcome ${outcome}, which is not known here` });
}
