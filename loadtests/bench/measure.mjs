// One measurement of one peer: the load of a scenario, and what the proxies used meanwhile.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { h2loadRun } from './load/h2load.mjs';
import { uploadScript, wrkLoad } from './load/wrk.mjs';
import { until, usageOf } from './processes.mjs';
import { loadCore } from './scenario.mjs';
import { host } from './scenarios.mjs';

const updatePeriodMs = 500;
/** How often it is asked whether the last one was taken, where the next is due. */
const updatePollMs = 20;
const updateRate = 2_000;
const updateConnections = 16;
/** Holds four updates. */
const updateSecondsMin = 2;
/** Once the load has ended: the last may still be on its way. */
const takenWithinMs = 5_000;
/** When the load ends: on each connection one request under way, and one whose turn it is. */
const unfinishedMax = 2 * updateConnections;
/** Numbers the tables, so that each differs from the one before, also over measurements. */
let tables = 0;
const grpcFields = ['content-type: application/grpc', 'te: trailers', ':method: POST'];
const grpcRequest = Buffer.concat([Buffer.from([0, 0, 0, 0, 20]), Buffer.alloc(20, 0x78)]);
const onLoadCore = ['-c', String(loadCore), process.execPath];
const idleClient = fileURLToPath(new URL('./load/idle.mjs', import.meta.url));

const loads = {
  wrk: ({ scenario, peer, options }) =>
    wrkLoad({
      port: peer.port,
      host,
      seconds: options.seconds,
      connections: options.connections,
      headers: scenario.headers,
    }),

  async bulk({ scenario, peer, options, folder }) {
    // wrk takes whole seconds.
    const seconds = Math.max(1, Math.round(options.seconds / 2));
    const run = (more) => wrkLoad({ port: peer.port, host, seconds, connections: scenario.connections, ...more });
    const down = await run({ path: '/bulk' });
    const up = await run({ path: '/', script: uploadScript(folder, scenario.bytes) });
    const bytes = (down.requests + up.requests) * scenario.bytes;
    return {
      ...down,
      requests: down.requests + up.requests,
      seconds: down.seconds + up.seconds,
      failed: down.failed + up.failed,
      megabytesPerSecond: bytes / (down.seconds + up.seconds) / 1e6,
    };
  },

  grpcUnary: ({ peer, options, folder }) =>
    h2loadRun({
      folder,
      port: peer.port,
      host,
      path: '/bench.Echo/Unary',
      seconds: options.seconds,
      connections: 8,
      streams: 16,
      headers: grpcFields,
      body: grpcRequest,
    }),

  async grpcStream({ peer, options, streamLoad }) {
    const args = [...onLoadCore, streamLoad, String(peer.port), host, String(options.seconds), '4', '4'];
    const child = spawn('taskset', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    await once(child, 'exit');
    const { streams, bytes, failed } = JSON.parse(text);
    return { requests: streams, seconds: options.seconds, failed, megabytesPerSecond: bytes / options.seconds / 1e6 };
  },

  async idle({ scenario, peer }) {
    const args = [...onLoadCore, idleClient, String(peer.port), host, String(scenario.connections)];
    const child = spawn('taskset', args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const [text] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(() => [''])]);
    if (!String(text).startsWith('held'))
      throw new Error('the idle connections could not all be opened; is `ulimit -n` over 12000?');
    const held = usageOf(peer.children).rssMb;
    child.stdin.end();
    await once(child, 'exit');
    return { requests: scenario.connections, seconds: 1, failed: 0, rssMb: held };
  },

  halfLoad: ({ peer, options, folder, rate }) =>
    h2loadRun({
      folder,
      port: peer.port,
      host,
      path: '/',
      seconds: options.seconds,
      connections: options.connections,
      http1: true,
      rate,
      warmUpSeconds: 1,
    }),

  async update({ peer, options, folder }) {
    const seconds = Math.max(updateSecondsMin, options.seconds);
    const due = (seconds * 1_000) / updatePeriodMs;
    // Made before: it takes as long as what is measured, on the core of the load. Two, which take turns.
    const updates = [1, 2].map((more) =>
      peer.prepareUpdate({ table: { services: 2_000, routes: 5_000, changed: tables + more } }),
    );
    tables += updates.length;
    const watch = await peer.watchTables();
    const startMs = performance.now();
    let sent = 0;
    const timer = setInterval(() => {
      const dueNow = Math.min(due, Math.floor((performance.now() - startMs) / updatePeriodMs));
      // Of two that come while the control plane waits for its core, it would see the last alone.
      if (sent < dueNow && watch.taken() >= sent) updates[sent++ % updates.length]();
    }, updatePollMs);
    const load = await h2loadRun({
      folder,
      port: peer.port,
      host,
      path: '/',
      seconds,
      connections: updateConnections,
      http1: true,
      rate: updateRate,
    });
    clearInterval(timer);
    await until(
      () => watch.trouble() !== undefined || watch.taken() >= sent,
      () => `the sidecar took ${watch.taken()} of ${sent} route tables`,
      takenWithinMs,
    );
    const trouble = watch.trouble();
    if (trouble !== undefined) throw new Error(trouble);
    // A request that waits to the end is in no figure of the load.
    const missing = updateRate * seconds - unfinishedMax - load.requests - load.failed;
    return { ...load, failed: load.failed + Math.max(0, missing), updatesMissed: due - sent };
  },
};

/** @returns one sample: figures by name. */
export async function measure(context) {
  const { scenario, peer } = context;
  const before = usageOf(peer.children);
  const load = await loads[scenario.load](context);
  const after = usageOf(peer.children);
  if (load.failed > 0 && scenario.load !== 'update')
    throw new Error(`${scenario.name}: ${load.failed} requests failed (${load.failures ?? 'see the log of the load'})`);
  return {
    cpuMicrosPerRequest: (after.cpuMicros - before.cpuMicros) / (load.sent ?? load.requests),
    requestsPerSecond: load.requests / load.seconds,
    p50Ms: load.p50Ms ?? 0,
    p99Ms: load.p99Ms ?? 0,
    maxMs: load.maxMs ?? 0,
    megabytesPerSecond: load.megabytesPerSecond ?? 0,
    rssMb: load.rssMb ?? after.rssMb,
    failed: load.failed,
    ...(load.updatesMissed === undefined ? {} : { updatesMissed: load.updatesMissed }),
  };
}
