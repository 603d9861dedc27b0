import { systemClock } from '@weft/kernel';
import { createHttpServer, createLogger, createMetrics, ServiceError } from '@weft/service-kit';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NewOrder } from '../../application/ports.ts';
import { itemsMax, orderRoutes, pageMax, quantityMax } from './order-routes.ts';

let server: FastifyInstance;
let placed: NewOrder[];
let listed: unknown[];
beforeEach(() => {
  placed = [];
  listed = [];
  const log = createLogger({ service: 'order', version: 'v1', level: 'silent' });
  server = createHttpServer({ log, metrics: createMetrics('order', 'v1'), clock: systemClock });
  orderRoutes(
    {
      async place(order) {
        placed.push(order);
        return { id: 'o-1', status: 'pending' };
      },
      find: async () => undefined,
      async list(...query) {
        listed.push(query);
        return { orders: [], nextCursor: null };
      },
    },
    {
      async userOf(authorization) {
        if (authorization !== 'Bearer good') throw new ServiceError('token_missing');
        return 'u-1';
      },
    },
  )(server);
});
afterEach(() => server.close());

const good = { authorization: 'Bearer good', 'idempotency-key': 'k' };
const post = (payload: object, headers: Record<string, string> = good) =>
  server.inject({ method: 'POST', url: '/api/orders', headers, payload });
const items = (count: number, quantity: number) =>
  Array.from({ length: count }, (_, index) => ({ sku: `s${index}`, quantity }));
const order = { items: items(1, 1), paymentToken: 'tok_ok' };

describe('placing an order', () => {
  it('answers 202 with its place', async () => {
    const answer = await post(order);
    expect(answer.statusCode).toBe(202);
    expect(answer.json()).toEqual({ id: 'o-1', status: 'pending' });
    expect(answer.headers.location).toBe('/api/orders/o-1');
    expect(placed).toEqual([{ userId: 'u-1', idempotencyKey: 'k', items: order.items, paymentToken: 'tok_ok' }]);
  });

  it('takes as many items and pieces as its bounds say, and no more', async () => {
    expect((await post({ ...order, items: items(itemsMax, quantityMax) })).statusCode).toBe(202);
    expect((await post({ ...order, items: items(itemsMax + 1, 1) })).statusCode).toBe(400);
    expect((await post({ ...order, items: items(1, quantityMax + 1) })).statusCode).toBe(400);
  });

  it('counts the pieces of one product together', async () => {
    const twice = [...items(1, quantityMax), ...items(1, 1)];
    expect((await post({ ...order, items: twice })).json()).toMatchObject({ code: 'request_invalid' });
  });

  it.each([
    { ...order, items: [] },
    { ...order, items: items(1, 0) },
    { ...order, items: items(1, 1.5) },
    { ...order, items: items(1, -1) },
    { items: order.items },
    { ...order, paymentToken: '' },
    { ...order, priceCents: 1 },
  ])('refuses %j', async (body) => {
    const answer = await post(body);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'request_invalid' });
    expect(placed).toEqual([]);
  });

  it.each([undefined, '', 'x'.repeat(129), 'caf\u00e9'])('needs an idempotency key, which "%s" is not', async (key) => {
    const headers = { authorization: good.authorization, ...(key === undefined ? {} : { 'idempotency-key': key }) };
    expect((await post(order, headers)).json()).toMatchObject({ status: 400, code: 'idempotency_key_missing' });
  });

  it('asks who it is first', async () => {
    const answer = await post({ nonsense: true }, {});
    expect(answer.statusCode).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
  });
});

describe('looking at orders', () => {
  const get = (url: string) => server.inject({ url, headers: good });

  it('finds nothing under an id that is none', async () => {
    for (const id of ['x', '0f8fad5b-d9cb-469f-a165-70867728950e']) {
      expect((await get(`/api/orders/${id}`)).statusCode).toBe(404);
    }
  });

  it('gives pages of up to its bound', async () => {
    expect((await get('/api/orders')).json()).toEqual({ orders: [], nextCursor: null });
    expect((await get(`/api/orders?limit=${pageMax}&cursor=abc`)).statusCode).toBe(200);
    expect((await get(`/api/orders?limit=${pageMax + 1}`)).statusCode).toBe(400);
    expect(listed).toEqual([
      ['u-1', 20, undefined],
      ['u-1', pageMax, 'abc'],
    ]);
  });
});
