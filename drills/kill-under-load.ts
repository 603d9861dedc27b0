/**
 * Drill: payment v2, the control plane and a sidecar are killed while orders arrive.
 *
 * Hypothesis  The launcher starts them again, no acknowledged order is lost, and every failed request has a reason in an access log.
 * Inject      SIGKILL to payment-v2, the control plane and order's sidecar, one after another, under a steady load of orders.
 * Expect      The shop's invariant holds in the databases; each answer that is not 202 stands in the gateway's access log with a reason.
 * Restore     Nothing to do: the launcher starts again what died.
 *
 * `npm start` in one terminal, then: npm run drill -- kill-under-load [--seconds 30] [--rate 20]
 */
import { parseArgs } from 'node:util';
import { delay, systemClock } from '@weft/kernel';
import { loadMesh, orderLoadFlags } from './parts/order-load.ts';
import type { RunningMesh } from './parts/running-mesh.ts';

const victims = ['payment-v2', 'control-plane', 'order-sidecar'];

const { values } = parseArgs({
  options: {
    ...orderLoadFlags,
    seconds: { type: 'string', default: '30' },
  },
});
const seconds = Number(values.seconds);

async function inject(mesh: RunningMesh, sent: () => number): Promise<void> {
  for (const name of victims) {
    await delay(systemClock, (seconds * 1000) / (victims.length + 1));
    const pid = mesh.kill(name);
    console.log(`${name} (pid ${pid}) killed at order ${sent()}`);
    console.log(`${name} is back (pid ${await mesh.started(name, pid)})`);
  }
}

async function main(): Promise<boolean> {
  const { mesh, breaches, failed } = await loadMesh(values, seconds, inject);
  const silent = await mesh.withoutReason(failed.map(({ path }) => path));
  for (const path of silent) console.error(`no reason in the access log of the gateway: ${path}`);
  await mesh.close();
  return breaches.length === 0 && silent.length === 0;
}

const holds = await main();
console.log(
  holds
    ? 'holds: no order lost, no charge without an order, stock conserved; every failure has a reason'
    : 'FAILS: see above',
);
process.exit(holds ? 0 : 1);
