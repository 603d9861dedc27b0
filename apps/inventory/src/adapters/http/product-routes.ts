/** Products over HTTP: what there is to buy. */

import { parseInput, type Routes, ServiceError } from '@weft/service-kit';
import { z } from 'zod';
import type { ProductReader } from '../db/stock-store.ts';

const params = z.object({ sku: z.string().min(1).max(64) });

export function productRoutes(reader: ProductReader): Routes {
  return (server) => {
    server.get('/api/products', async () => ({ products: await reader.products() }));
    server.get('/api/products/:sku', async (request) => {
      const product = await reader.product(parseInput(params, 'params', request.params).sku);
      if (product === undefined) throw new ServiceError('not_found');
      return product;
    });
  };
}
