// One row of the table: its peers start, warm up, are measured in turn, and stop.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { measure } from './measure.mjs';
import { median } from './median.mjs';
import { startPeers } from './peers/start-peers.mjs';
import { stopProcess } from './processes.mjs';
import { rowsOf } from './report.mjs';
import { stepsCompared } from './settled.mjs';
import { loadSecondsMax, stepSeconds, warmUp } from './warm-up.mjs';

/** @param context {scenario, options, folder, files, backends, streamLoad, wanted, started}: see `main.mjs`. @returns rows, one a peer. */
export async function runScenario(context) {
  const { scenario, options } = context;
  // Its own, and gone with the row: access logs of all rows together would fill a disk. Files of the backend stand beside it.
  const folder = join(context.folder, `row-${scenario.name}`);
  mkdirSync(folder);
  const peers = await startPeers({ ...context, folder });
  const warm = await warmUpAll({ ...context, folder }, peers);
  const rate = halfRate(scenario, warm);
  const samples = new Map([...peers.keys()].map((name) => [name, []]));
  for (let round = 0; round < (scenario.rounds ?? options.rounds); round += 1) {
    for (const [name, peer] of peers) samples.get(name).push(await measure({ ...context, folder, peer, rate }));
  }
  for (const peer of peers.values())
    for (const child of [...peer.children, ...(peer.others ?? [])]) await stopProcess(child);
  rmSync(folder, { recursive: true, force: true });
  // Of another load they are not to be compared with the rest of the row.
  const cold = warmUpLoad(scenario) === scenario.load ? [...warm] : [];
  const coldCosts = new Map(cold.map(([name, [first]]) => [name, first.cpuMicrosPerRequest]));
  return rowsOf(scenario, samples, coldCosts);
}

/** Half of what a peer takes is known once it is warm: until then it takes the whole. */
const warmUpLoad = ({ load }) => (load === 'halfLoad' ? 'wrk' : load);

/** @returns samples of the steps by peer. */
async function warmUpAll({ scenario, options, ...rest }, peers) {
  const step = {
    ...rest,
    scenario: { ...scenario, load: warmUpLoad(scenario) },
    options: { ...options, seconds: stepSeconds },
  };
  const warm = new Map();
  for (const [name, peer] of peers) {
    const { samples, settled } = await warmUp(() => measure({ ...step, peer }), scenario.warmUpStepsMax);
    if (!settled && scenario.warmUpStepsMax === undefined)
      console.log(`${scenario.name}: what ${name} costs has not settled after ${loadSecondsMax} s of load`);
    warm.set(name, samples);
  }
  return warm;
}

/** Half of what the slower of the peers takes once it is warm. */
function halfRate(scenario, warm) {
  if (scenario.load !== 'halfLoad') return undefined;
  const rates = [...warm.values()].map((samples) =>
    median(samples.slice(-stepsCompared).map(({ requestsPerSecond }) => requestsPerSecond)),
  );
  return Math.min(...rates) / 2;
}
