/** The upgrade in place, under load: not one request fails, and the old process stands behind the new one. */

import { type ChildProcess, spawn } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
import { Agent, createServer as createHttpServer, get, type Server } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { type FakeControlPlane, resource, startFakeControlPlane } from '@weft/data-proxy/testing';
import { ClusterSchema } from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import { ListenerSchema } from '@weft/xds-messages/envoy/config/listener/v3/listener';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { bundle, programFolder, removeFolders } from '../capture/programs.ts';

const patience = { timeout: 30_000, interval: 50 };
const types = 'type.googleapis.com/envoy.extensions.filters';
let folder: string;
let program: string;
let plane: FakeControlPlane;
let app: Server;
let proxyPort: number;
let adminPort: number;
let sidecar: ChildProcess;
let output = '';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const address = (port: number): object => ({ socket_address: { address: '127.0.0.1', port_value: port } });

function resources(port: number, appPort: number) {
  const routes = [{ match: { prefix: '/' }, route: { cluster: 'app' } }];
  const manager = {
    '@type': `${types}.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: 'out',
    http_filters: [{ name: 'router', typed_config: { '@type': `${types}.http.router.v3.Router` } }],
    route_config: { name: 'r', virtual_hosts: [{ name: 'v', domains: ['*'], routes }] },
  };
  return [
    resource(ListenerSchema, 'out', {
      name: 'out',
      address: address(port),
      filter_chains: [{ filters: [{ name: 'http', typed_config: manager }] }],
    }),
    resource(ClusterSchema, 'app', {
      name: 'app',
      type: 'STATIC',
      connect_timeout: '2s',
      load_assignment: {
        cluster_name: 'app',
        endpoints: [{ lb_endpoints: [{ endpoint: { address: address(appPort) } }] }],
      },
    }),
  ];
}

beforeAll(async () => {
  folder = programFolder();
  program = await bundle('sidecar', folder);
  plane = await startFakeControlPlane();
  app = createHttpServer((request, response) => response.end(`app ${request.url}`));
  app.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
  [proxyPort, adminPort] = [await freePort(), await freePort()];
  plane.serve('order', resources(proxyPort, (app.address() as AddressInfo).port));
  writeFileSync(join(folder, 'token'), 'shop/order\n', { mode: 0o600 });
  writeFileSync(join(folder, 'root-cert.pem'), plane.ca.rootPem);
});

afterAll(() => {
  sidecar?.kill('SIGKILL');
  plane?.stop();
  app?.closeAllConnections();
  app?.close();
  removeFolders();
});

function start(more: Readonly<Record<string, string>> = {}): ChildProcess {
  const flags: Readonly<Record<string, string>> = {
    '--workload-group': 'shop/order',
    '--token-dir': folder,
    '--state-dir': join(folder, 'state'),
    '--xds': `127.0.0.1:${plane.port}`,
    '--outbound': `127.0.0.1:${proxyPort}`,
    '--admin': `127.0.0.1:${adminPort}`,
    '--readiness': '127.0.0.1:0',
    '--prometheus': '127.0.0.1:0',
    '--access-log': '/dev/null',
    '--drain-seconds': '2',
    ...more,
  };
  const child = spawn(process.execPath, [program, ...Object.entries(flags).flat()], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  return child;
}

function call(agent: Agent | false): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = get({ host: '127.0.0.1', port: proxyPort, path: '/x', agent }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
      response.on('error', reject);
    });
    outgoing.on('error', reject);
  });
}

/** Callers that keep their connections and callers that open one for each request. */
function load(): { stop(): Promise<{ readonly done: number; readonly failed: readonly string[] }> } {
  const agent = new Agent({ keepAlive: true });
  const failed: string[] = [];
  let done = 0;
  let running = true;
  const caller = async (own: Agent | false): Promise<void> => {
    while (running) {
      await call(own).then(
        (status) => {
          done += 1;
          if (status !== 200) failed.push(`status ${status}`);
        },
        (error: unknown) => void failed.push(String(error)),
      );
    }
  };
  const callers = [agent, agent, agent, agent, false, false].map((own) => caller(own as Agent | false));
  return {
    async stop() {
      running = false;
      await Promise.all(callers);
      agent.destroy();
      return { done, failed };
    },
  };
}

const serving = (): Promise<void> =>
  vi.waitFor(async () => {
    const answer = await fetch(`http://127.0.0.1:${adminPort}/ready`);
    if (answer.status !== 200) throw new Error(`${await answer.text()}\n${output}`);
  }, patience);

const successors = (): number => output.split('another process serves').length - 1;

test('two upgrades in a row lose no request; the first process ends as the last one does', async () => {
  sidecar = start();
  await serving();
  const ended = new Promise((resolve) => sidecar.once('exit', resolve));
  const running = load();
  for (const nth of [1, 2]) {
    sidecar.kill('SIGUSR2');
    await vi.waitFor(() => expect(successors(), output).toBe(nth), patience);
    await serving();
  }
  // The last but one has let go of its connections too.
  await vi.waitFor(async () => expect(await call(false)).toBe(200), patience);
  const { done, failed } = await running.stop();
  expect(failed).toEqual([]);
  expect(done).toBeGreaterThan(500);
  expect(plane.events.filter((event) => event.includes('draining'))).toEqual([]);
  sidecar.kill('SIGTERM');
  expect(await ended).toBe(0);
});

test('a successor that cannot start leaves the old one as it was', async () => {
  output = '';
  sidecar = start();
  await serving();
  const running = load();
  renameSync(program, `${program}.good`);
  writeFileSync(program, 'process.exit(7);');
  sidecar.kill('SIGUSR2');
  await vi.waitFor(() => expect(output).toContain('not upgraded; this process goes on'), patience);
  expect(output).toContain('it ended with code 7');
  renameSync(`${program}.good`, program);
  sidecar.kill('SIGUSR2');
  await vi.waitFor(() => expect(successors(), output).toBe(1), patience);
  const { failed } = await running.stop();
  expect(failed).toEqual([]);
  const ended = new Promise((resolve) => sidecar.once('exit', resolve));
  sidecar.kill('SIGTERM');
  expect(await ended).toBe(0);
});
