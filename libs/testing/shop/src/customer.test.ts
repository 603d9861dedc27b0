import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createCustomer } from './customer.ts';

type Answer = readonly [status: number, body: unknown] | 'reset';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** @param orders answers to POST /api/orders, in order. */
async function startFakeShop(orders: readonly Answer[]): Promise<{ url: string; paths: string[]; keys: unknown[] }> {
  const paths: string[] = [];
  const keys: unknown[] = [];
  const left = [...orders];
  const states = ['pending', 'confirmed'];
  const answerTo = (route: string): Answer => {
    if (route === 'POST /api/users') return [201, { id: 'u1' }];
    if (route === 'POST /api/sessions') return [200, { token: 't' }];
    if (route === 'GET /api/products') {
      return [
        200,
        {
          products: [
            { sku: 'few', available: 3 },
            { sku: 'many', available: 50 },
          ],
        },
      ];
    }
    if (route.startsWith('POST /api/orders?')) return left.shift() ?? [500, {}];
    return [200, { id: 'o1', status: states.shift() ?? 'confirmed' }];
  };
  const server = createServer((request, response) => {
    const route = `${request.method} ${request.url}`;
    if (route.startsWith('POST /api/orders')) {
      paths.push(request.url ?? '');
      keys.push(request.headers['idempotency-key']);
    }
    const answer = answerTo(route);
    request.resume();
    if (answer === 'reset') request.socket.destroy();
    else response.writeHead(answer[0], { 'content-type': 'application/json' }).end(JSON.stringify(answer[1]));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, paths, keys };
}

test('an order is acknowledged, refused, or never answered, and none of it throws', async () => {
  const shop = await startFakeShop([[202, { id: 'o1' }], [503, 'no healthy upstream'], 'reset']);
  const customer = await createCustomer(shop.url);
  const placed = [
    await customer.placeOrder('many', 'tok_ok'),
    await customer.placeOrder('many', 'tok_ok'),
    await customer.placeOrder('many', 'tok_ok'),
  ];
  expect(placed.map(({ status, id }) => [status, id])).toEqual([
    [202, 'o1'],
    [503, undefined],
    [0, undefined],
  ]);
});

test('each attempt has a path and an idempotency key of its own', async () => {
  const shop = await startFakeShop([
    [202, { id: 'o1' }],
    [202, { id: 'o2' }],
  ]);
  const customer = await createCustomer(shop.url);
  const placed = [await customer.placeOrder('many', 'tok_ok'), await customer.placeOrder('many', 'tok_ok')];
  expect(placed.map(({ path }) => path)).toEqual(shop.paths);
  expect(new Set(shop.paths).size).toBe(2);
  expect(new Set(shop.keys).size).toBe(2);
});

test('only products with enough pieces are offered', async () => {
  const customer = await createCustomer((await startFakeShop([])).url);
  expect(await customer.skusInStock(50)).toEqual(['many']);
  expect(await customer.skusInStock(51)).toEqual([]);
});

test('an order is waited for until it is no longer pending', async () => {
  const customer = await createCustomer((await startFakeShop([[202, { id: 'o1' }]])).url);
  expect(await customer.order()).toBe('confirmed');
});
