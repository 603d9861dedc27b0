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
import { loadMesh, orderLoadFlags } from './parts/order-load.ts';
import type { RunningMesh } from './parts/running-mesh.ts';

const { values } = parseArgs({
  options: {
    ...orderLoadFlags,
    seconds: { type: 'string', default: '60' },
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
  const { mesh, breaches, failed } = await loadMesh(values, seconds, inject);
  for (const { status, path } of failed) console.error(`failed: ${status} ${path}`);
  await mesh.close();
  return breaches.length === 0 && failed.length === 0;
}

const holds = await main();
console.log(holds ? 'holds: no request failed, no order lost, stock conserved' : 'FAILS: see above');
process.exit(holds ? 0 : 1);
