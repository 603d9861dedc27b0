/** A steady load of orders while a drill injects what it is about. */
import { delay, systemClock } from '@weft/kernel';
import { createCustomer, findBreaches, type Placed } from '@weft/testing-shop';
import { openRunningMesh, type RunningMesh } from './running-mesh.ts';

/** Flags of every drill that injects its fault under a load of orders. */
export const orderLoadFlags = {
  dir: { type: 'string', default: '.weft' },
  url: { type: 'string', default: 'http://127.0.0.1:8080' },
  rate: { type: 'string', default: '20' },
} as const;

interface OrderLoad {
  /** The gateway. */
  readonly url: string;
  readonly seconds: number;
  /** Orders a second; every tenth is declined by the payment. */
  readonly rate: number;
}

/** Once every order is settled. Whoever was given it closes the mesh. */
export interface LoadedMesh {
  readonly mesh: RunningMesh;
  /** What of the shop's invariant does not hold; it has been printed. */
  readonly breaches: readonly string[];
  readonly failed: readonly Placed[];
}

/** @param inject runs beside the load; it is told how many orders were sent. @throws Error where no product has stock left. */
export async function loadMesh(
  { dir, url, rate }: Readonly<Record<keyof typeof orderLoadFlags, string>>,
  seconds: number,
  inject: (mesh: RunningMesh, sent: () => number) => Promise<void>,
): Promise<LoadedMesh> {
  const mesh = openRunningMesh(dir);
  const load = { url, seconds, rate: Number(rate) };
  const { acknowledged, failed } = await loadOrders(load, (sent) => inject(mesh, sent));
  await mesh.settled();
  const breaches = await findBreaches(mesh.postgres, acknowledged);
  for (const breach of breaches) console.error(`invariant: ${breach}`);
  return { mesh, breaches, failed };
}

async function loadOrders(
  { url, seconds, rate }: OrderLoad,
  inject: (sent: () => number) => Promise<void>,
): Promise<{ readonly acknowledged: readonly string[]; readonly failed: readonly Placed[] }> {
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
