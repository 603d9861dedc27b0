/** A customer of the shop: has an account, places orders, waits for their end. */

import { delay, randomHex, systemClock } from '@weft/kernel';

/** Where each part of the public API answers; one URL for all behind a gateway. */
export interface ShopAddresses {
  readonly users: string;
  readonly products: string;
  readonly orders: string;
}

/** What became of one attempt to place an order. */
export interface Placed {
  /** With a query of its own, by which the request is found in an access log. */
  readonly path: string;
  /** HTTP status; 0 where no answer came. */
  readonly status: number;
  /** Of the order, where it was acknowledged. */
  readonly id?: string;
}

export interface Customer {
  /** SKUs of which at least `min` pieces are available. */
  skusInStock(min: number): Promise<string[]>;
  /** One attempt, no retry. Never throws. */
  placeOrder(sku: string, paymentToken: string): Promise<Placed>;
  /** Places an order of the first product and waits for its end. @returns "confirmed" or "rejected". */
  order(paymentToken?: string): Promise<string>;
  /** Asks until the order is no longer pending. @returns "confirmed" or "rejected". @throws Error after 20 s. */
  outcome(id: string): Promise<string>;
}

const requestTimeoutMs = 15_000;
const outcomeTimeoutMs = 20_000;
const outcomePollMs = 50;

/** Makes an account and logs in. @throws Error when the shop refuses. */
export async function createCustomer(shop: string | ShopAddresses): Promise<Customer> {
  const at: ShopAddresses = typeof shop === 'string' ? { users: shop, products: shop, orders: shop } : shop;
  const account = { email: `${randomHex(6)}@example.com`, password: 'correct-horse-battery' };
  await call(201, 'POST', `${at.users}/api/users`, {}, { ...account, name: 'Ada' });
  const session = await call(200, 'POST', `${at.users}/api/sessions`, {}, account);
  const authorization = `Bearer ${String(session['token'])}`;
  const run = randomHex(4);
  let placed = 0;

  const customer: Customer = {
    async skusInStock(min) {
      const listed = await call(200, 'GET', `${at.products}/api/products`, {});
      const products = listed['products'] as readonly { sku: string; available: number }[];
      return products.filter(({ available }) => available >= min).map(({ sku }) => sku);
    },
    async placeOrder(sku, paymentToken) {
      const key = `${run}-${placed++}`;
      const path = `/api/orders?n=${key}`;
      const headers = { authorization, 'idempotency-key': key };
      try {
        const answer = await send('POST', `${at.orders}${path}`, headers, {
          items: [{ sku, quantity: 1 }],
          paymentToken,
        });
        if (answer.status !== 202) return { path, status: answer.status };
        return { path, status: 202, id: String((JSON.parse(answer.text) as { id: unknown }).id) };
      } catch {
        return { path, status: 0 };
      }
    },
    async order(paymentToken = 'tok_ok') {
      const [sku] = await customer.skusInStock(1);
      if (sku === undefined) throw new Error('no product has stock left');
      const { status, id } = await customer.placeOrder(sku, paymentToken);
      if (id === undefined) throw new Error(`an order was answered ${status}`);
      return customer.outcome(id);
    },
    async outcome(id) {
      const until = systemClock.monotonic() + outcomeTimeoutMs;
      for (;;) {
        const order = await call(200, 'GET', `${at.orders}/api/orders/${id}`, { authorization });
        if (order['status'] !== 'pending') return String(order['status']);
        if (systemClock.monotonic() > until)
          throw new Error(`order ${id} is still pending after ${outcomeTimeoutMs} ms`);
        await delay(systemClock, outcomePollMs);
      }
    },
  };
  return customer;
}

/** @throws Error naming the call when the status is another one. */
async function call(
  status: number,
  method: string,
  url: string,
  headers: Readonly<Record<string, string>>,
  body?: unknown,
): Promise<Readonly<Record<string, unknown>>> {
  const answer = await send(method, url, headers, body);
  if (answer.status !== status) throw new Error(`${method} ${url} answered ${answer.status}: ${answer.text}`);
  return JSON.parse(answer.text) as Readonly<Record<string, unknown>>;
}

async function send(
  method: string,
  url: string,
  headers: Readonly<Record<string, string>>,
  body?: unknown,
): Promise<{ status: number; text: string }> {
  const response = await fetch(url, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(requestTimeoutMs),
  });
  return { status: response.status, text: await response.text() };
}
