/** A customer of the shop: has an account, places orders, looks at them. */

import { delay, randomHex, systemClock } from '@weft/kernel';
import type { Shop } from './shop.ts';

export interface OrderAnswer {
  readonly id: string;
  readonly status: string;
  readonly reason: string | null;
  readonly totalCents: number | null;
}

export interface Answer<B> {
  readonly status: number;
  readonly body: B;
}

export interface Customer {
  readonly token: string;
  place(
    sku: string,
    quantity: number,
    paymentToken: string,
    key?: string,
  ): Promise<Answer<OrderAnswer & { code?: string }>>;
  see(path: string): Promise<Answer<OrderAnswer & { orders: OrderAnswer[]; nextCursor: string | null }>>;
  /** Asks until the order is no longer pending. @throws after 20 s */
  outcome(orderId: string): Promise<OrderAnswer>;
}

export async function openAccount(shop: Shop, email = `${randomHex(6)}@example.com`): Promise<Customer> {
  const account = { email, password: 'correct horse battery', name: 'A Customer' };
  await call(`${shop.url('user')}/api/users`, 'POST', {}, account);
  const session = await call<{ token: string }>(
    `${shop.url('user')}/api/sessions`,
    'POST',
    {},
    {
      email: account.email,
      password: account.password,
    },
  );
  const { token } = session.body;
  const authorization = `Bearer ${token}`;
  const see: Customer['see'] = (path) => call(`${shop.url('order')}${path}`, 'GET', { authorization });
  return {
    token,
    see,
    place: (sku, quantity, paymentToken, key = randomHex(8)) =>
      call(
        `${shop.url('order')}/api/orders`,
        'POST',
        { authorization, 'idempotency-key': key },
        { items: [{ sku, quantity }], paymentToken },
      ),
    async outcome(orderId) {
      for (const until = systemClock.monotonic() + 20_000; systemClock.monotonic() < until; ) {
        const { body } = await see(`/api/orders/${orderId}`);
        if (body.status !== 'pending') return body;
        await delay(systemClock, 20);
      }
      throw new Error(`order ${orderId} is still pending`);
    },
  };
}

/** @throws TypeError when the service does not answer. */
export async function call<B>(
  url: string,
  method: string,
  headers: Record<string, string>,
  body?: unknown,
): Promise<Answer<B>> {
  const answer = await fetch(url, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    signal: AbortSignal.timeout(10_000),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as B };
}
