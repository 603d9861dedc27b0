/** One sidecar as a process of its own with an application behind it, and callers that count what fails. */

import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { Agent, createServer as createHttpServer, get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type FakeControlPlane, resource, startFakeControlPlane } from '@weft/data-proxy/testing';
import { freePorts } from '@weft/kernel/testing';
import { sidecarNodeFlags } from '@weft/operator-launcher';
import { ClusterSchema } from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import { ListenerSchema } from '@weft/xds-messages/envoy/config/listener/v3/listener';
import { bundle, programFolder, removeFolders } from '../capture/programs.ts';
import { eventually } from '../wait.ts';

const types = 'type.googleapis.com/envoy.extensions';

export interface Load {
  stop(): Promise<{ readonly done: number; readonly failed: readonly string[] }>;
}

export interface SidecarRig {
  readonly plane: FakeControlPlane;
  /** The bundle. */
  readonly program: string;
  readonly proxyPort: number;
  readonly adminPort: number;
  readonly prometheusPort: number;
  /** What the processes wrote so far. */
  output(): string;
  forgetOutput(): void;
  /** From here on requests go to an application that answers so. */
  serve(answer: string): Promise<void>;
  start(more?: Readonly<Record<string, string>>): ChildProcess;
  /** Resolves when it is ready. */
  serving(): Promise<void>;
  /** @returns status and body. */
  call(agent: Agent | false): Promise<string>;
  load(): Load;
  stop(): void;
}

export async function createSidecarRig(): Promise<SidecarRig> {
  const folder = programFolder();
  const program = await bundle('sidecar', folder);
  const plane = await startFakeControlPlane();
  const [proxyPort = 0, adminPort = 0, prometheusPort = 0] = await freePorts(3);
  writeFileSync(join(folder, 'token'), 'shop/order\n', { mode: 0o600 });
  writeFileSync(join(folder, 'root-cert.pem'), plane.ca.rootPem);
  const apps: Server[] = [];
  const children: ChildProcess[] = [];
  let output = '';

  const call = (agent: Agent | false): Promise<string> =>
    new Promise((resolve, reject) => {
      const outgoing = get({ host: '127.0.0.1', port: proxyPort, path: '/x', agent }, (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => {
          body += chunk.toString();
        });
        response.on('end', () => resolve(`${response.statusCode} ${body}`));
        response.on('error', reject);
      });
      outgoing.on('error', reject);
    });

  return {
    plane,
    program,
    proxyPort,
    adminPort,
    prometheusPort,
    output: () => output,
    forgetOutput() {
      output = '';
    },
    async serve(answer) {
      const app = createHttpServer((_, response) => response.end(answer));
      app.keepAliveTimeout = 60_000;
      apps.push(app);
      await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
      plane.serve('order', resources(proxyPort, (app.address() as AddressInfo).port));
    },
    start(more = {}) {
      const flags: Readonly<Record<string, string>> = {
        '--workload-group': 'shop/order',
        '--token-dir': folder,
        '--state-dir': join(folder, 'state'),
        '--xds': `127.0.0.1:${plane.port}`,
        '--outbound': `127.0.0.1:${proxyPort}`,
        '--admin': `127.0.0.1:${adminPort}`,
        '--readiness': '127.0.0.1:0',
        '--prometheus': `127.0.0.1:${prometheusPort}`,
        '--access-log': '/dev/null',
        '--drain-seconds': '2',
        ...more,
      };
      const args = [...sidecarNodeFlags, program, ...Object.entries(flags).flat()];
      // A group of its own: it starts others, which must end with the test too.
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
      children.push(child);
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (chunk: Buffer) => {
          output += chunk.toString();
        });
      }
      return child;
    },
    async serving() {
      let why = '';
      const ready = async (): Promise<true | undefined> => {
        try {
          const answer = await fetch(`http://127.0.0.1:${adminPort}/ready`);
          if (answer.status === 200) return true;
          why = await answer.text();
        } catch (error) {
          why = String(error);
        }
        return undefined;
      };
      await eventually('the sidecar is ready', ready, 30_000).catch((error: unknown) => {
        throw new Error(`${String(error)}: ${why}\n${output}`);
      });
    },
    call,
    load: () => startLoad(call),
    stop() {
      for (const { pid } of children) if (pid !== undefined) killGroup(pid);
      plane.stop();
      for (const app of apps) {
        app.closeAllConnections();
        app.close();
      }
      removeFolders();
    },
  };
}

/** Callers that keep their connections and callers that open one for each request. */
function startLoad(call: SidecarRig['call']): Load {
  const agent = new Agent({ keepAlive: true });
  const failed: string[] = [];
  let done = 0;
  let running = true;
  const caller = async (own: Agent | false): Promise<void> => {
    while (running) {
      await call(own).then(
        (answer) => {
          done += 1;
          if (!answer.startsWith('200 ')) failed.push(answer);
        },
        (error: unknown) => void failed.push(String(error)),
      );
    }
  };
  const callers = [...Array.from({ length: 4 }, () => caller(agent)), caller(false), caller(false)];
  return {
    async stop() {
      running = false;
      await Promise.all(callers);
      agent.destroy();
      return { done, failed };
    },
  };
}

const address = (port: number): object => ({ socket_address: { address: '127.0.0.1', port_value: port } });

function resources(port: number, appPort: number) {
  const routes = [{ match: { prefix: '/' }, route: { cluster: 'app' } }];
  const manager = {
    '@type': `${types}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: 'out',
    http_filters: [{ name: 'router', typed_config: { '@type': `${types}.filters.http.router.v3.Router` } }],
    access_log: [
      {
        name: 'log',
        typed_config: { '@type': `${types}.access_loggers.file.v3.FileAccessLog`, path: '/dev/stdout' },
      },
    ],
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

function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // All of it has ended.
  }
}
