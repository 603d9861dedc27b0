/** The order service: takes orders and brings each to its end. */

import { answerRetention, createHttpClient, runService } from '@weft/service-kit';
import { migrations } from './adapters/db/migrations.ts';
import { createOrderStore } from './adapters/db/order-store.ts';
import { createSagaRelay } from './adapters/db/saga-relay.ts';
import type { OrderSchema } from './adapters/db/schema.ts';
import { createCallees } from './adapters/grpc/callees.ts';
import { orderRoutes } from './adapters/http/order-routes.ts';
import { createKeySet } from './adapters/identity/key-set.ts';
import { createTokenVerifier } from './adapters/identity/token-verifier.ts';
import { createOrderSaga } from './application/order-saga.ts';
import { config } from './config.ts';

await runService<OrderSchema>({
  settings: config,
  migrations,
  bodyMax: 16 * 1024,
  build: async (tools) => {
    const callees = createCallees(config, tools);
    const relay = createSagaRelay(createOrderSaga(callees.inventory, callees.payment), tools);
    const http = createHttpClient({ clock: tools.clock, proxy: config.http_proxy, noProxy: config.no_proxy });
    const keys = createKeySet({
      http,
      userUrl: new URL(config.USER_URL),
      discovery: tools.discovery,
      clock: tools.clock,
      random: tools.random,
    });
    const orders = createOrderStore(tools.db, relay.wake);
    return {
      routes: [orderRoutes(orders, createTokenVerifier(keys, tools.clock))],
      parts: [
        answerRetention(tools.db, tools.clock, tools.log),
        { name: 'callees', stop: callees.stop },
        { name: 'http client', stop: http.stop },
        { name: 'saga', start: relay.start, stop: () => relay.stop(tools.drainMs) },
      ],
    };
  },
});
