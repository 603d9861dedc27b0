/** A customer of the shop, for tests of the whole: an account, an order, its end. */

import { delay, systemClock } from '@weft/kernel';

export interface ShopAddresses {
  readonly users: string;
  readonly products: string;
  readonly orders: string;
}

export interface Customer {
  /** Places an order and waits for its end. @returns "confirmed" or "rejected". */
  order(key: string, paymentToken?: string): Promise<string>;
}

const endTimeoutMs = 20_000;

/** Makes an account and logs in. */
export async function createCustomer(shop: ShopAddresses, email: string): Promise<Customer> {
  const account = { email, password: 'correct-horse-battery' };
  await call(201, 'POST', `${shop.users}/api/users`, { ...account, name: 'Ada' });
  const session = await call(200, 'POST', `${shop.users}/api/sessions`, account);
  const authorization = `Bearer ${String(session['token'])}`;
  const listed = await call(200, 'GET', `${shop.products}/api/products`);
  const sku = (listed['products'] as readonly { sku: string }[])[0]?.sku;
  return {
    async order(key, paymentToken = 'tok_ok') {
      const headers = { authorization, 'idempotency-key': key };
      const placed = await call(
        202,
        'POST',
        `${shop.orders}/api/orders`,
        { items: [{ sku, quantity: 1 }], paymentToken },
        headers,
      );
      const until = systemClock.monotonic() + endTimeoutMs;
      for (;;) {
        const order = await call(200, 'GET', `${shop.orders}/api/orders/${String(placed['id'])}`, undefined, headers);
        if (order['status'] !== 'pending') return String(order['status']);
        if (systemClock.monotonic() > until) throw new Error(`order ${key} is still pending after ${endTimeoutMs} ms`);
        await delay(systemClock, 50);
      }
    },
  };
}

async function call(
  status: number,
  method: string,
  url: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (response.status !== status) throw new Error(`${method} ${url} answered ${response.status}: ${text}`);
  return JSON.parse(text) as Readonly<Record<string, unknown>>;
}
