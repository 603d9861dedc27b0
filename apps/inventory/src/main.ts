/** The inventory service: products, their stock and its reservations. */

import { answerRetention, runService } from '@weft/service-kit';
import { migrations } from './adapters/db/migrations.ts';
import type { InventorySchema } from './adapters/db/schema.ts';
import { seedProducts } from './adapters/db/seed.ts';
import { createStockStore } from './adapters/db/stock-store.ts';
import { inventoryGrpc } from './adapters/grpc/inventory-grpc.ts';
import { productRoutes } from './adapters/http/product-routes.ts';
import { createStockDesk } from './application/stock-desk.ts';
import { config } from './config.ts';

await runService<InventorySchema>({
  settings: config,
  migrations,
  build: async ({ db, clock, log }) => {
    await seedProducts(db);
    const store = createStockStore(db);
    return {
      routes: [productRoutes(store)],
      grpc: [inventoryGrpc(createStockDesk(store))],
      parts: [answerRetention(db, clock, log)],
    };
  },
});
