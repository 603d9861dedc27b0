/** The payment service: charges, once a key. */

import { runService } from '@weft/service-kit';
import { createChargeStore } from './adapters/db/charge-store.ts';
import { migrations } from './adapters/db/migrations.ts';
import type { PaymentSchema } from './adapters/db/schema.ts';
import { paymentGrpc } from './adapters/grpc/payment-grpc.ts';
import { methodRoutes } from './adapters/http/method-routes.ts';
import { createCashier } from './application/cashier.ts';
import { config } from './config.ts';

await runService<PaymentSchema>({
  settings: config,
  migrations,
  build: async ({ db, clock }) => {
    const cashier = createCashier(createChargeStore(db), clock, config.SERVICE_VERSION);
    return { routes: [methodRoutes(config.SERVICE_VERSION)], grpc: [paymentGrpc(cashier)] };
  },
});
