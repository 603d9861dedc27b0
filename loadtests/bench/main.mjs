// npm run bench: what a hop costs, as ratios to Envoy in the same run. --help tells the usage.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanUpOnce } from '../clean-up.mjs';
import { orEnd } from '../command-line.mjs';
import { bundle } from './bundle.mjs';
import { makeCertificates } from './certificates.mjs';
import { freePorts } from './free-ports.mjs';
import { h2load } from './load/h2load.mjs';
import { wrk } from './load/wrk.mjs';
import { readOptions } from './options.mjs';
import { startBackend } from './peers/backend.mjs';
import { startGrpcBackend } from './peers/grpc-backend.mjs';
import { stayOnCore, stopProcess } from './processes.mjs';
import { printRows, printVerdicts, verdictsOf } from './report.mjs';
import { runScenario } from './run-scenario.mjs';
import { loadCore } from './scenario.mjs';

const { asked } = orEnd(readOptions(process.argv.slice(2)));
if (wrk === undefined || h2load === undefined) {
  console.error('wrk and h2load make the load: install the packages wrk and nghttp2-client');
  process.exit(1);
}

const { chosen, options, peers: wanted, json } = asked;
// To write a large table takes 10 ms, which on the proxies' core would look like latency of theirs.
stayOnCore(loadCore);
const folder = mkdtempSync(join(tmpdir(), 'weft-bench-'));
const running = [];
const cleanUp = cleanUpOnce(async () => {
  for (const child of running.splice(0).reverse()) await stopProcess(child);
  rmSync(folder, { recursive: true, force: true });
});

try {
  const rows = [];
  const verdicts = [];
  const started = (child) => running.push(child);
  const files = await makeCertificates(folder);
  const [httpPort] = await freePorts(1);
  started(await startBackend(folder, httpPort));
  const backends = { http: httpPort };
  let streamLoad;
  if (chosen.some(({ backend }) => backend === 'grpc')) {
    streamLoad = await bundle(folder, 'stream-load', "import './loadtests/bench/grpc/stream-load.ts';");
    const grpc = await startGrpcBackend(folder);
    started(grpc.child);
    backends.grpc = grpc.port;
  }
  console.log(
    `proxies on one core, load and backend on another; ${options.rounds} rounds of ${options.seconds} s, median; cold: the first load after the start`,
  );
  for (const scenario of chosen) {
    const own = await runScenario({ scenario, options, folder, files, backends, streamLoad, wanted, started });
    printRows(scenario, own);
    rows.push(...own);
    verdicts.push(...verdictsOf(scenario, own));
  }
  printVerdicts(verdicts);
  if (json !== undefined) writeFileSync(json, `${JSON.stringify({ rows, verdicts }, null, 2)}\n`);
  if (verdicts.some(({ holds }) => !holds)) process.exitCode = 1;
} finally {
  await cleanUp();
}
