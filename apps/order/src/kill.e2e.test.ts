/** Kills order, inventory and payment at random moments while orders arrive, and proves the invariant afterwards. */

import { createSeededRandom, delay, type Random, systemClock } from '@weft/kernel';
import { findBreaches } from '@weft/testing-shop';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Customer, openAccount } from './testing/customer.ts';
import { type ServiceName, type Shop, startShop } from './testing/shop.ts';

const seed = Number(process.env['KILL_SEED'] ?? Date.now() % 1_000_000);
const killsMin = 54;
const customersCount = 4;
const victims: readonly ServiceName[] = ['order', 'inventory', 'payment'];
const workMaxMs = 3000;
const quietMaxMs = 60_000;

let shop: Shop;
beforeAll(async () => {
  console.log(`kill test: KILL_SEED=${seed}`);
  shop = await startShop();
});
afterAll(() => shop?.stop());

describe('the shop under SIGKILL', () => {
  it(`keeps its invariant over ${killsMin} kills of order, inventory and payment`, async () => {
    const random = createSeededRandom(seed);
    const customers = await Promise.all(Array.from({ length: customersCount }, () => openAccount(shop)));
    const acknowledged: string[] = [];
    const state = { over: false };

    const buying = customers.map((customer, index) =>
      buyUntil(state, customer, createSeededRandom(seed + 1 + index), acknowledged),
    );
    const kills = await killAtRandom(random, acknowledged);
    state.over = true;
    await Promise.all(buying);
    for (const name of victims) await shop.ready(name);
    await untilQuiet();

    const states = await shop.postgres.query<{ state: string; reason: string | null; n: number }>(
      'order',
      'select state, reason, count(*)::int n from orders group by 1, 2 order by 1, 2',
    );
    console.log(`kills: ${JSON.stringify(kills)}, orders: ${acknowledged.length}, ${JSON.stringify(states)}`);
    expect(await findBreaches(shop.postgres, acknowledged)).toEqual([]);
    expect(Object.values(kills).reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(50);
    expect(acknowledged.length).toBeGreaterThan(killsMin / 2);
    for (const expected of ['confirmed', 'rejected']) expect(states.map((row) => row.state)).toContain(expected);
  });
});

/**
 * Each victim is started again at once. Most deaths wait until orders were taken since the last one, so that a slow machine
 * dies at work too; the others may find the victim starting or migrating.
 */
async function killAtRandom(random: Random, acknowledged: readonly string[]): Promise<Record<string, number>> {
  const kills: Record<string, number> = {};
  for (let count = 0; count < killsMin; count++) {
    const enough = acknowledged.length + (random() < 0.7 ? 1 + Math.floor(random() * 3) : 0);
    const until = systemClock.monotonic() + workMaxMs;
    while (acknowledged.length < enough && systemClock.monotonic() < until) await delay(systemClock, 2);
    await delay(systemClock, random() * 300);
    const victim = victims[Math.floor(random() * victims.length)] ?? 'order';
    if (await shop.kill(victim)) kills[victim] = (kills[victim] ?? 0) + 1;
    shop.start(victim);
  }
  return kills;
}

async function buyUntil(
  state: { over: boolean },
  customer: Customer,
  random: Random,
  acknowledged: string[],
): Promise<void> {
  for (let number = 0; !state.over; number++) {
    const { sku, quantity, paymentToken } = wish(random);
    acknowledged.push(await placeSurely(customer, sku, quantity, paymentToken, `order ${number}`));
    await delay(systemClock, random() * 60);
  }
}

/** A customer who gets no answer asks again with the same key, until there is one. */
async function placeSurely(
  customer: Customer,
  sku: string,
  quantity: number,
  paymentToken: string,
  key: string,
): Promise<string> {
  for (;;) {
    const answer = await customer.place(sku, quantity, paymentToken, key).catch(() => undefined);
    if (answer?.status === 202) return answer.body.id;
    if (answer !== undefined && answer.status < 500) throw new Error(`refused: ${JSON.stringify(answer)}`);
    await delay(systemClock, 20);
  }
}

function wish(random: Random): { sku: string; quantity: number; paymentToken: string } {
  const chance = random();
  const paymentToken = chance < 0.75 ? 'tok_ok' : chance < 0.9 ? 'tok_declined' : 'tok_slow';
  if (random() < 0.05) return { sku: 'last-cup', quantity: 1, paymentToken };
  if (random() < 0.05) return { sku: 'kettle', quantity: 90, paymentToken };
  const sku = ['mug-blue', 'tea-assam', 'coffee-house', 'filter-paper'][Math.floor(random() * 4)] ?? 'mug-blue';
  return { sku, quantity: 1 + Math.floor(random() * 2), paymentToken };
}

/** Quiet: no order is pending and nothing waits to be delivered. */
async function untilQuiet(): Promise<void> {
  const until = systemClock.monotonic() + quietMaxMs;
  while (systemClock.monotonic() < until) {
    const [row] = await shop.postgres.query<{ pending: number; waiting: number }>(
      'order',
      `select (select count(*)::int from orders where state not in ('confirmed', 'rejected')) pending,
        (select count(*)::int from outbox) waiting`,
    );
    if (row?.pending === 0 && row.waiting === 0) return;
    await delay(systemClock, 50);
  }
  throw new Error(`orders are still pending; the log of order ends:\n${shop.log('order').slice(-4000)}`);
}
