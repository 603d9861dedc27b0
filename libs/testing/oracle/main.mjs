// A mesh for the oracle: our control plane, two client sidecars, a server's and a gateway, listening where the topology says.
import { spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { freePorts } from '../../../loadtests/bench/free-ports.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const proxyNames = ['client', 'client2', 'server', 'gateway'];
/** How long a process may take until it is ready. */
const readyWithinMs = 60_000;

const { values } = parseArgs({
  options: {
    'config-dir': { type: 'string' },
    'mesh-config': { type: 'string' },
    topology: { type: 'string' },
    'work-dir': { type: 'string' },
  },
});
for (const flag of ['config-dir', 'mesh-config', 'topology', 'work-dir']) {
  if (values[flag] === undefined) fail(`--${flag} is missing`);
}
const work = resolve(values['work-dir']);
const topology = JSON.parse(readFileSync(values.topology, 'utf8'));
const children = [];
let ending = false;

mkdirSync(join(work, 'groups'), { recursive: true, mode: 0o700 });
writeFileSync(join(work, 'groups', 'groups.yaml'), proxyNames.map((name) => group(topology[name])).join('---\n'));
process.on('SIGTERM', end);
process.on('SIGINT', end);
process.stdin.on('end', end).on('error', end).resume();

const xds = await freeAddress();
const monitoring = await freeAddress();
start('control-plane', 'control-plane', [
  ...['--config-dir', values['config-dir'], '--config-dir', join(work, 'groups')],
  ...['--mesh-config', values['mesh-config']],
  ...['--state-dir', join(work, 'control-plane'), '--token-dir', join(work, 'tokens')],
  ...['--xds', xds, '--monitoring', monitoring, '--api', await freeAddress()],
]);
await ready(`http://${monitoring}/ready`);

const accessLogs = {};
const waits = [];
for (const name of proxyNames) {
  const workload = topology[name];
  const readiness = await freeAddress();
  accessLogs[name] = join(work, `${name}.access.log`);
  start(name, 'sidecar', [
    ...['--mode', name === 'gateway' ? 'gateway' : 'sidecar', '--outbound', 'none'],
    ...['--workload-group', `${workload.namespace}/${workload.name}`],
    ...['--token-dir', join(work, 'tokens', `${workload.namespace}.${workload.name}`)],
    ...['--address', workload.ip, '--gateway-bind', workload.ip, '--xds', xds],
    ...['--admin', await freeAddress(), '--readiness', readiness, '--prometheus', await freeAddress()],
    ...['--state-dir', join(work, name), '--access-log', accessLogs[name], '--access-log-flush-ms', '20'],
    ...['--reason-header', 'off'],
  ]);
  waits.push(ready(`http://${readiness}/healthz/ready`));
}
await Promise.all(waits);
process.stdout.write(`READY ${JSON.stringify({ accessLogs })}\n`);

/** A WorkloadGroup, as JSON, which is YAML: it gives the proxy its token, its labels and its place. */
function group({ name, namespace, serviceAccount, labels, locality }) {
  const place = locality && [locality.region, locality.zone, locality.sub_zone].filter(Boolean).join('/');
  return `${JSON.stringify({
    apiVersion: 'networking.istio.io/v1',
    kind: 'WorkloadGroup',
    metadata: { name, namespace },
    spec: { metadata: { labels }, template: { serviceAccount, ...(place ? { locality: place } : {}) } },
  })}\n`;
}

function start(name, app, args) {
  const log = openSync(join(work, `${name}.log`), 'a');
  const child = spawn(process.execPath, [join(root, 'apps', app, 'dist', 'main.js'), ...args], {
    stdio: ['ignore', log, log],
  });
  child.on('exit', (code, signal) => {
    if (!ending) fail(`${name} ended (${code ?? signal}); see ${join(work, `${name}.log`)}`);
  });
  children.push(child);
}

async function freeAddress() {
  const [port] = await freePorts(1);
  return `127.0.0.1:${port}`;
}

async function ready(url) {
  const deadline = Date.now() + readyWithinMs;
  while (!ending) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    if (Date.now() > deadline) fail(`${url} is not ready after ${readyWithinMs} ms`);
    await new Promise((again) => setTimeout(again, 50));
  }
}

function end() {
  if (ending) return;
  ending = true;
  for (const child of children) child.kill('SIGTERM');
  void Promise.all(
    children.map((child) => child.exitCode ?? child.signalCode ?? new Promise((gone) => child.once('exit', gone))),
  ).then(() => process.exit(0));
}

function fail(message) {
  process.stderr.write(`adapter: ${message}\n`);
  ending = true;
  for (const child of children) child.kill('SIGTERM');
  process.exit(1);
}
