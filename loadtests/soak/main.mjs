// npm run soak: half of the load that two hops take, while the configuration changes every second. Flat memory and no failed request. --help tells the usage.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../bench/free-ports.mjs';
import { h2loadRun } from '../bench/load/h2load.mjs';
import { wrkLoad } from '../bench/load/wrk.mjs';
import { startBackend } from '../bench/peers/backend.mjs';
import { startWeft } from '../bench/peers/weft.mjs';
import { stopProcess, usageOf } from '../bench/processes.mjs';
import { host } from '../bench/scenarios.mjs';
import { cleanUpOnce } from '../clean-up.mjs';
import { orEnd, readCommandLine } from '../command-line.mjs';
import { environmentOf, readCollections } from './collections.mjs';
import { growthMaxMbPerHour, judgeMemory, peakMaxMbPerHour, settleShare } from './flatness.mjs';

const flags = {
  minutes: { type: 'string', default: '30', takes: 'amount', value: 'N', says: 'of load' },
  rate: {
    type: 'string',
    takes: 'amount',
    value: 'N',
    says: 'requests a second; half of what two hops take where not given',
  },
  json: { type: 'string', value: 'FILE', says: 'takes the figures, for programs' },
};
const usage = 'npm run soak -- [OPTION...]: memory and failed requests of two hops while the configuration changes';
const { values } = orEnd(readCommandLine(process.argv.slice(2), { flags, usage }));
const { minutes } = values;
const connections = 64;
const sliceSeconds = 20;
const sampleMs = 1_000;

const folder = mkdtempSync(join(tmpdir(), 'weft-soak-'));
const running = [];
const cleanUp = cleanUpOnce(async () => {
  for (const child of running.splice(0).reverse()) await stopProcess(child);
  rmSync(folder, { recursive: true, force: true });
});

const signed = (mbPerHour) => `${mbPerHour < 0 ? '' : '+'}${mbPerHour.toFixed(1)}`;

try {
  const [backendPort] = await freePorts(1);
  running.push(await startBackend(folder, backendPort));
  const collectionsPrefix = join(folder, 'collections');
  Object.assign(process.env, environmentOf(collectionsPrefix));
  const scenario = { name: 'soak', hops: 2, first: { table: { services: 200, routes: 500 } } };
  const started = (child) => running.push(child);
  const peer = await startWeft({ folder, scenario, backendPort, ports: await freePorts(11), started });
  const most = await wrkLoad({ port: peer.port, host, seconds: 5, connections });
  const rate = values.rate ?? most.requests / most.seconds / 2;
  console.log(
    `two hops take ${(most.requests / most.seconds).toFixed(0)} requests/s; soaking at ${rate.toFixed(0)}/s for ${minutes} minutes`,
  );

  let changes = 0;
  const changing = setInterval(() => {
    changes += 1;
    peer.prepareUpdate({ table: { services: 200, routes: 500 + (changes % 2) * 200, changed: changes } })();
  }, 1_000);
  const total = { requests: 0, failed: 0, maxMs: 0 };
  const startedMs = performance.now();
  const startedAtMs = Date.now();
  const memory = peer.children.map(() => []);
  const sampling = setInterval(() => {
    const atMinutes = (performance.now() - startedMs) / 60_000;
    for (const [index, child] of peer.children.entries()) memory[index].push([atMinutes, usageOf([child]).rssMb]);
  }, sampleMs);
  const before = usageOf(peer.children);
  while (performance.now() - startedMs < minutes * 60_000) {
    const slice = await h2loadRun({
      folder,
      port: peer.port,
      host,
      path: '/',
      seconds: sliceSeconds,
      connections,
      http1: true,
      rate,
    });
    total.requests += slice.requests;
    total.failed += slice.failed;
    total.maxMs = Math.max(total.maxMs, slice.maxMs);
    const atMinutes = (performance.now() - startedMs) / 60_000;
    const rssMb = peer.children.map((child) => usageOf([child]).rssMb);
    const last = `p99 ${slice.p99Ms.toFixed(1)} ms, most ${slice.maxMs.toFixed(1)} ms, RSS ${rssMb.map((mb) => mb.toFixed(0)).join(' + ')} MB`;
    console.log(
      `${atMinutes.toFixed(1).padStart(5)} min: ${total.requests} requests, ${total.failed} failed, ${changes} changes; ${last}`,
    );
  }
  clearInterval(changing);
  clearInterval(sampling);
  const after = usageOf(peer.children);
  const collections = peer.children.map(({ pid }) =>
    readCollections(collectionsPrefix, pid).map((one) => ({ ...one, atMinutes: (one.atMs - startedAtMs) / 60_000 })),
  );
  const judged = memory.map((samples, index) => judgeMemory(samples, collections[index], minutes));
  const cpu = (after.cpuMicros - before.cpuMicros) / total.requests;
  console.log(
    `${total.requests} requests, ${total.failed} failed, ${changes} changes, ${cpu.toFixed(1)} µs of CPU a request, slowest ${total.maxMs.toFixed(1)} ms`,
  );
  console.log(
    `memory after the first ${settleShare * 100} %, in MB an hour: live and outside at most ${growthMaxMbPerHour}, peak at most ${peakMaxMbPerHour}`,
  );
  for (const [index, one] of judged.entries()) {
    const words = `live ${signed(one.live)}, outside the heap ${signed(one.outside)} (${one.collections} collections), peak ${signed(one.peak)}`;
    const besides = `floor ${signed(one.floor)}, least squares ${signed(one.all)}, ${one.lowMb.toFixed(0)} to ${one.highMb.toFixed(0)} MB`;
    console.log(`  hop ${index + 1}: ${words}; ${one.flat ? 'flat' : 'NOT FLAT'} (${besides})`);
  }
  const holds = judged.every(({ flat }) => flat) && total.failed === 0;
  console.log(holds ? 'holds' : 'FAILS');
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify({ ...total, changes, rate, judged, collections, memory })}\n`);
  if (!holds) process.exitCode = 1;
} finally {
  await cleanUp();
}
