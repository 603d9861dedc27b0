/**
 * Drill: the control plane is killed again and again while orders arrive.
 *
 * Hypothesis  Sidecars go on with their last good configuration: not one request fails.
 * Inject      SIGKILL to the control plane, `--kills` times, under a steady load of orders.
 * Expect      Every order is acknowledged, and the shop's invariant holds in the databases.
 * Restore     Nothing to do: the launcher starts again what died.
 *
 * `npm start` in one terminal, then: npm run drill -- control-plane-kills [--seconds 60] [--rate 20] [--kills 5]
 */
import { parseArgs } from 'node:util';
import { delay, systemClock } from '@weft/kernel';
import { createCustomer, findBreaches, type Placed } from '@weft/testing-shop';
import { openRunningMesh, type RunningMesh } from './running-mesh.ts';

const { values } = parseArgs({
  options: {
    dir: { type: 'string', default: '.weft' },
    url: { type: 'string', default: 'http://127.0.0.1:8080' },
    seconds: { type: 'string', default: '60' },
    rate: { type: 'string', default: '20' },
    kills: { type: 'string', default: '5' },
  },
});
const seconds = Number(values.seconds);
const kills = Number(values.kills);

async function inject(mesh: RunningMesh, sent: () => number): Promise<void> {
  for (let kill = 1; kill <= kills; kill++) {
    await delay(systemClock, (seconds * 1000) / (kills + 1));
    const pid = mesh.kill('control-plane');
    console.log(`control plane (pid ${pid}) killed at order ${sent()}`);
    console.log(`it is back (pid ${await mesh.started('control-plane', pid)})`);
  }
}

async function main(): Promise<boolean> {
  const mesh = openRunningMesh(values.dir);
  const customer = await createCustomer(values.url);
  const skus = await customer.skusInStock(50);
  if (skus.length === 0) throw new Error('No product has stock left: npx weft down, remove .weft/postgres, npm start.');
  console.log(`${seconds} s of ${values.rate} orders/s through ${values.url}, ${kills} kills`);

  const placed: Promise<Placed>[] = [];
  const until = systemClock.monotonic() + seconds * 1000;
  const injected = inject(mesh, () => placed.length);
  while (systemClock.monotonic() < until) {
    const n = placed.length;
    placed.push(customer.placeOrder(skus[n % skus.length] ?? '', n % 10 === 0 ? 'tok_declined' : 'tok_ok'));
    await delay(systemClock, 1000 / Number(values.rate));
  }
  await injected;
  const all = await Promise.all(placed);
  const failed = all.filter(({ status }) => status !== 202);
  const acknowledged = all.flatMap(({ id }) => (id === undefined ? [] : [id]));
  console.log(`${all.length} orders sent, ${acknowledged.length} acknowledged, ${failed.length} failed`);
  await mesh.settled();
  const breaches = await findBreaches(mesh.postgres, acknowledged);
  for (const breach of breaches) console.error(`invariant: ${breach}`);
  for (const { status, path } of failed) console.error(`failed: ${status} ${path}`);
  await mesh.close();
  return breaches.length === 0 && failed.length === 0;
}

const holds = await main();
console.log(holds ? 'holds: no request failed, no order lost, stock conserved' : 'FAILS: see above');
process.exit(holds ? 0 : 1);
