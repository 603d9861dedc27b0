// npm run bench: what a hop costs, as ratios to Envoy in the same run.
// Usage: npm run bench -- [--json FILE] [--seconds N] [--rounds N] [--connections N]
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeCertificates } from './certificates.mjs';
import { loadGenerator, runLoad } from './load.mjs';
import { startBackend } from './peers/backend.mjs';
import { startEnvoy } from './peers/envoy.mjs';
import { startNginx } from './peers/nginx.mjs';
import { startWeft } from './peers/weft.mjs';
import { stopProcess, usageOf } from './processes.mjs';
import { backendHost, backendServicePort, scenarios } from './scenario.mjs';

/** Weft's CPU per request may be at most this share of Envoy's. */
const goal = 0.7;

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '64' },
  },
});
const seconds = Number(values.seconds);
const rounds = Number(values.rounds);
const connections = Number(values.connections);

async function freePorts(count) {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise((resolve) => {
          const server = createServer().listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

const folder = mkdtempSync(join(tmpdir(), 'weft-bench-'));
const running = [];
async function cleanUp() {
  for (const child of running.splice(0).reverse()) await stopProcess(child);
  rmSync(folder, { recursive: true, force: true });
}
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void cleanUp().then(() => process.exit(130)));

async function measure(peer) {
  const before = usageOf(peer.children);
  const load = await runLoad({ port: peer.port, host: `${backendHost}:${backendServicePort}`, seconds, connections });
  const after = usageOf(peer.children);
  if (load.failed > 0) throw new Error(`${load.failed} requests failed`);
  return {
    cpuMicrosPerRequest: (after.cpuMicros - before.cpuMicros) / load.requests,
    requestsPerSecond: load.requests / load.seconds,
    p50Ms: load.p50Ms,
    p99Ms: load.p99Ms,
    rssMb: after.rssMb,
  };
}

async function runScenario({ name, hops }, backendPort, files) {
  const peers = [['direct', { children: [], port: backendPort }]];
  const starters = [
    ['weft', startWeft],
    ['envoy', startEnvoy],
    ['nginx', startNginx],
  ];
  for (const [proxy, start] of starters) {
    const peer = await start({ folder, hops, backendPort, ports: await freePorts(11), files });
    if (peer === undefined) {
      console.log(`${proxy} is not installed: left out`);
      continue;
    }
    running.push(...(peer.others ?? []), ...peer.children);
    peers.push([proxy, peer]);
  }
  for (const [, peer] of peers)
    await runLoad({ port: peer.port, host: `${backendHost}:${backendServicePort}`, seconds: 2, connections });
  const samples = new Map(peers.map(([proxy]) => [proxy, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [proxy, peer] of peers) samples.get(proxy).push(await measure(peer));
  }
  for (const [, peer] of peers)
    for (const child of [...peer.children, ...(peer.others ?? [])]) await stopProcess(child);
  return peers.map(([proxy]) => {
    const of = (key) => Number(median(samples.get(proxy).map((sample) => sample[key])).toFixed(3));
    return {
      scenario: name,
      proxy,
      cpuMicrosPerRequest: of('cpuMicrosPerRequest'),
      requestsPerSecond: of('requestsPerSecond'),
      p50Ms: of('p50Ms'),
      p99Ms: of('p99Ms'),
      rssMb: of('rssMb'),
    };
  });
}

function printTable(title, rows) {
  const envoy = rows.find((row) => row.proxy === 'envoy');
  console.log(
    `\n${title} (load: ${loadGenerator}, ${connections} connections, ${rounds} rounds of ${seconds} s, median)`,
  );
  console.log('proxy    CPU µs/request  of Envoy  requests/s   p50 ms   p99 ms   RSS MB');
  for (const row of rows) {
    const ratio =
      envoy === undefined || row.proxy === 'direct'
        ? '-'
        : (row.cpuMicrosPerRequest / envoy.cpuMicrosPerRequest).toFixed(2);
    console.log(
      `${row.proxy.padEnd(8)} ${row.cpuMicrosPerRequest.toFixed(1).padStart(14)}  ${ratio.padStart(8)} ${row.requestsPerSecond.toFixed(0).padStart(11)} ${row.p50Ms.toFixed(2).padStart(8)} ${row.p99Ms.toFixed(2).padStart(8)} ${row.rssMb.toFixed(0).padStart(8)}`,
    );
  }
}

function verdicts(rows) {
  return scenarios.flatMap(({ name }) => {
    const of = (proxy) => rows.find((row) => row.scenario === name && row.proxy === proxy)?.cpuMicrosPerRequest;
    if (of('envoy') === undefined) return [];
    const ratio = of('weft') / of('envoy');
    return [{ name, ratio, holds: ratio <= goal }];
  });
}

try {
  const rows = [];
  const files = await makeCertificates(folder);
  const [backendPort] = await freePorts(1);
  running.push(await startBackend(folder, backendPort));
  for (const scenario of scenarios) {
    const own = await runScenario(scenario, backendPort, files);
    printTable(scenario.title, own);
    rows.push(...own);
  }
  console.log('');
  for (const { name, ratio, holds } of verdicts(rows)) {
    console.log(
      `${holds ? 'holds' : 'FAILS'}: ${name}: Weft's CPU per request is ${ratio.toFixed(2)} of Envoy's (goal: at most ${goal})`,
    );
  }
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`);
  if (verdicts(rows).some(({ holds }) => !holds)) process.exitCode = 1;
} finally {
  await cleanUp();
}
