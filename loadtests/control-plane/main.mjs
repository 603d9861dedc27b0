// npm run bench:control-plane: how the control plane grows with proxies and services. --help tells the usage.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stopProcess } from '../bench/processes.mjs';
import { cleanUpOnce } from '../clean-up.mjs';
import { orEnd, readCommandLine } from '../command-line.mjs';
import { startFleet } from './fleets.mjs';
import { measureEndpointChanges, measureFullPush } from './measure.mjs';
import { namespaces, writeModel } from './model.mjs';
import { startPlane } from './plane.mjs';
import { printHeader, printMachine, printRow, printVerdicts, verdictsOf } from './report.mjs';

const count = (usual, says) => ({ type: 'string', default: usual, takes: 'count', value: 'N', says });
const flags = {
  proxies: count('1000', 'connected at the end'),
  services: count('2000', 'of the mesh'),
  endpoints: count('20000', 'of all services'),
  changes: count('20', 'of endpoints, each measured'),
  pushes: count('3', 'of everything, each measured'),
  json: { type: 'string', value: 'FILE', says: 'takes the rows and the verdicts, for programs' },
  'cpu-prof': { type: 'string', value: 'DIR', says: 'takes CPU profiles of the control plane' },
  'no-growth': { type: 'boolean', says: 'measures all proxies at once, and no smaller mesh' },
};
const usage = 'npm run bench:control-plane -- [OPTION...]: how the control plane grows with proxies and services';
const { values } = orEnd(readCommandLine(process.argv.slice(2), { flags, usage }));
const { proxies, services, endpoints, changes, pushes } = values;
const folder = mkdtempSync(join(tmpdir(), 'weft-bench-control-plane-'));
const running = [];
let failed = true;
const cleanUp = cleanUpOnce(async () => {
  for (const stop of running.splice(0).reverse()) await stop();
  if (failed) console.error(`what it wrote is left in ${folder}`);
  else rmSync(folder, { recursive: true, force: true });
});

/** One control plane, with ever more proxies. */
async function measureMesh(size, counts) {
  const model = join(folder, `model-${size.services}`);
  writeModel(model, size);
  const profile = values['cpu-prof'];
  const plane = await startPlane({
    folder: join(folder),
    model,
    nodeArgs: profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`],
  });
  const fleet = startFleet(plane.port, namespaces);
  running.push(() => stopProcess(plane.child), fleet.stop);
  const idle = await plane.memory();
  const rows = [];
  let syncMs = 0;
  let before = { count: 0, live: idle.live };
  for (const count of counts) {
    const startedAt = performance.now();
    await fleet.connect(count);
    syncMs += performance.now() - startedAt;
    const endpoint = await measureEndpointChanges(plane, fleet, changes);
    const push = await measureFullPush(plane, fleet, pushes);
    const { live, heap, buffers } = await plane.memory();
    const kilobytesPerProxy = ((live - before.live) * 1024) / (count - before.count);
    before = { count, live };
    const memory = { idleMb: idle.live, memoryMb: live, heapMb: heap, buffersMb: buffers, kilobytesPerProxy };
    const figures = { startMs: plane.startMs, syncMs, ...endpoint, ...push, ...memory };
    rows.push({ ...size, proxies: count, ...figures });
    printRow(rows.at(-1));
  }
  fleet.stop();
  await stopProcess(plane.child);
  running.splice(0);
  // Folders of state belong to one control plane.
  rmSync(join(folder, 'state'), { recursive: true, force: true });
  return rows;
}

try {
  printMachine(
    `--proxies ${proxies} --services ${services} --endpoints ${endpoints} --changes ${changes} --pushes ${pushes}`,
  );
  console.log(
    `${endpoints} endpoints of ${services} services in ${namespaces} namespaces, incremental xDS in clear text; ${changes} changes each`,
  );
  printHeader();
  const counts = values['no-growth'] ? [proxies] : [proxies / 10, (proxies * 3) / 10, proxies].map(Math.round);
  const rows = [];
  if (!values['no-growth']) {
    const tenth = { services: Math.round(services / 10), endpoints: Math.round(endpoints / 10) };
    rows.push(...(await measureMesh(tenth, [counts[1]])));
  }
  rows.push(...(await measureMesh({ services, endpoints }, counts)));
  const verdicts = verdictsOf(rows, { proxies, services });
  printVerdicts(verdicts);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ rows, verdicts }, null, 2)}\n`);
  if (verdicts.some(({ holds }) => !holds)) process.exitCode = 1;
  failed = false;
} finally {
  await cleanUp();
}
