// npm run bench: what a hop costs, as ratios to Envoy in the same run.
// Usage: npm run bench -- [SCENARIO...] [--json FILE] [--seconds N] [--rounds N] [--connections N] [--peers weft,envoy]
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle } from './bundle.mjs';
import { makeCertificates } from './certificates.mjs';
import { freePorts } from './free-ports.mjs';
import { h2load } from './load/h2load.mjs';
import { wrk } from './load/wrk.mjs';
import { measure } from './measure.mjs';
import { startBackend } from './peers/backend.mjs';
import { startEnvoy } from './peers/envoy.mjs';
import { startGrpcBackend } from './peers/grpc-backend.mjs';
import { startNginx } from './peers/nginx.mjs';
import { startWeft } from './peers/weft.mjs';
import { stopProcess } from './processes.mjs';
import { printRows, printVerdicts, rowsOf, verdictsOf } from './report.mjs';
import { scenarios } from './scenarios.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'string' },
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '5' },
    connections: { type: 'string', default: '64' },
    peers: { type: 'string' },
  },
});
const options = {
  seconds: Number(values.seconds),
  rounds: Number(values.rounds),
  connections: Number(values.connections),
};
const unknown = positionals.find((name) => !scenarios.some((scenario) => scenario.name === name));
if (unknown !== undefined) {
  console.error(`there is no scenario ${unknown}; give some of ${scenarios.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}
if (wrk === undefined || h2load === undefined) {
  console.error('wrk and h2load make the load: install the packages wrk and nghttp2-client');
  process.exit(1);
}

const folder = mkdtempSync(join(tmpdir(), 'weft-bench-'));
const running = [];
async function cleanUp() {
  for (const child of running.splice(0).reverse()) await stopProcess(child);
  rmSync(folder, { recursive: true, force: true });
}
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void cleanUp().then(() => process.exit(130)));

const starters = {
  weft: startWeft,
  envoy: startEnvoy,
  nginx: startNginx,
  direct: async ({ backendPort }) => ({ children: [], port: backendPort }),
  empty: (context) =>
    startWeft({ ...context, scenario: { ...context.scenario, name: `${context.scenario.name}-empty`, first: {} } }),
};

async function startPeers(scenario, backendPort, files) {
  const peers = new Map();
  const wanted = values.peers?.split(',');
  for (const name of scenario.peers) {
    if (wanted !== undefined && !wanted.includes(name)) continue;
    const ports = await freePorts(11);
    // Processes are noted as they start: a peer that fails half-way leaves none behind.
    const peer = await starters[name]({
      folder,
      scenario,
      backendPort,
      ports,
      files,
      started: (child) => running.push(child),
    });
    if (peer === undefined) {
      console.log(`${name} is not installed: left out`);
      continue;
    }
    peers.set(name, peer);
  }
  return peers;
}

/** Half of what the slower of the two takes. */
async function halfRate(scenario, peers) {
  if (scenario.load !== 'halfLoad') return undefined;
  const rates = [];
  for (const peer of peers.values()) {
    const sample = await measure({ scenario: { ...scenario, load: 'wrk' }, peer, options, folder });
    rates.push(sample.requestsPerSecond);
  }
  return Math.min(...rates) / 2;
}

async function runScenario(scenario, backends, files, streamLoad) {
  const peers = await startPeers(scenario, backends[scenario.backend ?? 'http'], files);
  const rate = await halfRate(scenario, peers);
  const warm = { ...options, seconds: Math.min(2, options.seconds) };
  for (const peer of peers.values()) await measure({ scenario, peer, options: warm, folder, rate, streamLoad });
  const samples = new Map([...peers.keys()].map((name) => [name, []]));
  for (let round = 0; round < (scenario.rounds ?? options.rounds); round += 1) {
    for (const [name, peer] of peers)
      samples.get(name).push(await measure({ scenario, peer, options, folder, rate, streamLoad }));
  }
  for (const peer of peers.values())
    for (const child of [...peer.children, ...(peer.others ?? [])]) await stopProcess(child);
  return rowsOf(scenario, samples);
}

try {
  const rows = [];
  const verdicts = [];
  const files = await makeCertificates(folder);
  const chosen = scenarios.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  const [httpPort] = await freePorts(1);
  running.push(await startBackend(folder, httpPort));
  const backends = { http: httpPort };
  let streamLoad;
  if (chosen.some(({ backend }) => backend === 'grpc')) {
    streamLoad = await bundle(folder, 'stream-load', "import './loadtests/bench/grpc/stream-load.ts';");
    const grpc = await startGrpcBackend(folder);
    running.push(grpc.child);
    backends.grpc = grpc.port;
  }
  console.log(
    `proxies on one core, load and backend on another; ${options.rounds} rounds of ${options.seconds} s, median`,
  );
  for (const scenario of chosen) {
    const own = await runScenario(scenario, backends, files, streamLoad);
    printRows(scenario, own);
    rows.push(...own);
    verdicts.push(...verdictsOf(scenario, own));
  }
  printVerdicts(verdicts);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ rows, verdicts }, null, 2)}\n`);
  if (verdicts.some(({ holds }) => !holds)) process.exitCode = 1;
} finally {
  await cleanUp();
}
