/** A steady load of orders while a drill injects what it is about. */
import { delay, systemClock } from '@weft/kernel';
import { createCustomer, type Placed } from '@weft/testing-shop';

export interface OrderLoad {
  /** The gateway. */
  readonly url: string;
  readonly seconds: number;
  /** Orders a second; every tenth is declined by the payment. */
  readonly rate: number;
}

export interface OrderOutcome {
  /** Identifiers of the orders that were answered 202. */
  readonly acknowledged: readonly string[];
  readonly failed: readonly Placed[];
}

/** @param inject runs beside the load; it is told how many orders were sent. @throws Error where no product has stock left. */
export async function loadOrders(
  { url, seconds, rate }: OrderLoad,
  inject: (sent: () => number) => Promise<void>,
): Promise<OrderOutcome> {
  const customer = await createCustomer(url);
  const skus = await customer.skusInStock(50);
  if (skus.length === 0) throw new Error('No product has stock left: npx weft down, remove .weft/postgres, npm start.');
  console.log(`${seconds} s of ${rate} orders/s through ${url}, over ${skus.length} products`);
  const placed: Promise<Placed>[] = [];
  const until = systemClock.monotonic() + seconds * 1000;
  const injected = inject(() => placed.length);
  while (systemClock.monotonic() < until) {
    const n = placed.length;
    placed.push(customer.placeOrder(skus[n % skus.length] ?? '', n % 10 === 0 ? 'tok_declined' : 'tok_ok'));
    await delay(systemClock, 1000 / rate);
  }
  await injected;
  const all = await Promise.all(placed);
  const failed = all.filter(({ status }) => status !== 202);
  const acknowledged = all.flatMap(({ id }) => (id === undefined ? [] : [id]));
  console.log(`${all.length} orders sent, ${acknowledged.length} acknowledged, ${failed.length} failed`);
  return { acknowledged, failed };
}
