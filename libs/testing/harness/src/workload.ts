/** A workload of a test's mesh: a tiny application behind a sidecar, or a gateway. */

import { mkdirSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { join } from 'node:path';
import { createProxy, type MeshProxy } from '@weft/data-proxy';
import { systemClock, systemRandom } from '@weft/kernel';
import { freePorts } from '@weft/kernel/testing';
import type { Logger } from '@weft/telemetry';
import { type Answer, httpCall } from './http-call.ts';
import { eventually } from './wait.ts';

export interface WorkloadOptions {
  readonly namespace: string;
  /** Name of the WorkloadGroup. */
  readonly group: string;
  readonly mode: 'sidecar' | 'gateway';
  /** What the application answers; none for a caller alone. */
  readonly app?: RequestListener | undefined;
}

export interface MeshPlace {
  readonly folder: string;
  readonly xdsPort: number;
  readonly logger: Logger;
}

export interface Workload {
  readonly outboundPort: number;
  readonly inboundPort: number;
  readonly appPort: number;
  readonly adminPort: number;
  readonly accessLog: string;
  /** Of its SPIFFE Workload API. */
  readonly workloadSocket: string;
  readonly proxy: MeshProxy;
  /** Sends a request as the application would: through its sidecar's outbound port, in absolute form. */
  get(url: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Stops the sidecar, and the application unless it is to be kept. */
  stop(): Promise<void>;
  /** Stops the sidecar and starts it anew on the same ports and state. */
  restart(): Promise<void>;
}

export async function startWorkload(place: MeshPlace, options: WorkloadOptions): Promise<Workload> {
  const ports = await freePorts(6);
  const [appPort = 0, outboundPort = 0, inboundPort = 0, adminPort = 0, readinessPort = 0, prometheusPort = 0] = ports;
  const app = options.app === undefined ? undefined : await listenApp(options.app, appPort);
  const base = join(place.folder, `${options.namespace}.${options.group}.${adminPort}`);
  mkdirSync(base, { recursive: true, mode: 0o700 });
  const accessLog = join(base, 'access.log');
  const workloadSocket = join(base, 'spiffe.sock');
  const local = (port: number) => ({ host: '127.0.0.1', port });
  const start = async (): Promise<MeshProxy> => {
    const proxy = createProxy({
      mode: options.mode,
      workloadGroup: { namespace: options.namespace, name: options.group },
      xds: local(place.xdsPort),
      xdsServerName: 'istiod.istio-system.svc',
      tokenDir: join(place.folder, 'tokens', `${options.namespace}.${options.group}`),
      address: '127.0.0.1',
      inbound:
        app === undefined
          ? []
          : [{ name: 'http', bind: '127.0.0.1', port: inboundPort, defaultEndpoint: `127.0.0.1:${appPort}` }],
      outbound: options.mode === 'gateway' ? undefined : local(outboundPort),
      gatewayBind: '127.0.0.1',
      admin: local(adminPort),
      readiness: local(readinessPort),
      prometheus: local(prometheusPort),
      stateDir: join(base, 'state'),
      accessLog,
      workloadApi: workloadSocket,
      drainSeconds: 1,
      version: 'test',
      clock: systemClock,
      random: systemRandom,
      log: place.logger,
      onQuit: () => {},
    });
    await proxy.start();
    await eventually(`the proxy of ${options.group} is ready`, () =>
      proxy.notReady() === undefined ? true : undefined,
    );
    return proxy;
  };
  let proxy = await start();
  return {
    outboundPort,
    inboundPort,
    appPort,
    adminPort,
    accessLog,
    workloadSocket,
    get proxy() {
      return proxy;
    },
    get: (url, headers = {}) =>
      httpCall({ port: outboundPort, target: url, headers: { host: new URL(url).host, ...headers } }),
    async stop() {
      await proxy.stop();
      await new Promise((resolve) => (app === undefined ? resolve(undefined) : app.close(resolve)));
    },
    async restart() {
      await proxy.stop();
      proxy = await start();
    },
  };
}

function listenApp(app: RequestListener, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(app);
    server.on('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
