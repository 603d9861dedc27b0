import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import * as grpc from '@grpc/grpc-js';
import { systemClock } from '@weft/kernel';
import { freePort } from '@weft/kernel/testing';
import { createLogger } from '@weft/telemetry';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatAddress } from './grpc/listen.ts';
import { type ControlPlane, createControlPlane } from './plane.ts';

const loopback = { host: '127.0.0.1', port: 0 };
const stops: (() => Promise<unknown> | unknown)[] = [];
let root = '';
let plane: ControlPlane;
let log = '';

/** A server whose answer to everything is its name. */
async function startServer(name: string): Promise<number> {
  const server = new grpc.Server();
  const same = (bytes: Buffer): Buffer => bytes;
  const path = '/test.Echo/Who';
  const method = { path, requestStream: false, responseStream: false } as const;
  server.addService(
    {
      who: {
        ...method,
        requestSerialize: same,
        requestDeserialize: same,
        responseSerialize: same,
        responseDeserialize: same,
      },
    },
    { who: (_call: unknown, done: grpc.sendUnaryData<Buffer>) => done(null, Buffer.from(name)) },
  );
  stops.push(() => server.forceShutdown());
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) =>
      error === null ? resolve(port) : reject(error),
    );
  });
}

const service = (v1: number, v2: number): string => `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: echo, namespace: default }
spec:
  hosts: [echo.test]
  location: MESH_INTERNAL
  resolution: STATIC
  ports: [{ number: 9000, name: grpc, protocol: GRPC }]
  endpoints:
    - { address: 127.0.0.1, ports: { grpc: ${v1} }, labels: { version: v1 } }
    - { address: 127.0.0.1, ports: { grpc: ${v2} }, labels: { version: v2 } }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: echo, namespace: default }
spec:
  host: echo.test
  trafficPolicy: { loadBalancer: { simple: ROUND_ROBIN } }
  subsets:
    - { name: v1, labels: { version: v1 } }
    - { name: v2, labels: { version: v2 } }
`;

const weights = (v1: number, v2: number): string => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: echo, namespace: default }
spec:
  hosts: [echo.test]
  http:
    - route:
        - { destination: { host: echo.test, subset: v1 }, weight: ${v1} }
        - { destination: { host: echo.test, subset: v2 }, weight: ${v2} }
`;

beforeEach(async () => {
  log = '';
  root = await mkdtemp(join(tmpdir(), 'weft-foreign-'));
  const mesh = join(root, 'mesh');
  await mkdir(mesh);
  await writeFile(join(mesh, 'echo.yaml'), service(await startServer('v1'), await startServer('v2')));
  await writeFile(join(mesh, 'weights.yaml'), weights(80, 20));
  plane = createControlPlane({
    configDirs: [mesh],
    stateDir: join(root, 'state'),
    xds: loopback,
    xdsClear: loopback,
    monitoring: loopback,
    api: loopback,
    trustDomain: 'cluster.local',
    domain: 'cluster.local',
    sans: [],
    version: '0.0.0-test',
    clock: systemClock,
    logger: createLogger({
      name: 'test',
      level: 'info',
      destination: {
        write: (line) => {
          log += line;
        },
      },
    }),
  });
  await plane.start();
  stops.push(() => plane.stop());
});

afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
  await rm(root, { recursive: true, force: true });
});

type Shares = Record<string, number>;

interface ForeignClient {
  readonly process: ChildProcess;
  calls(count: number): Promise<Shares>;
}

/** Starts a client with a bootstrap that names the clear-text port. */
function startClient(command: string, script: string, node: Record<string, unknown>): ForeignClient {
  const address = plane.addresses().xdsClear;
  if (address === undefined) throw new Error('no clear-text port');
  const bootstrap = {
    xds_servers: [
      {
        server_uri: formatAddress(address),
        channel_creds: [{ type: 'insecure' }],
        server_features: ['xds_v3'],
      },
    ],
    node,
  };
  const path = fileURLToPath(new URL(`./testing/${script}`, import.meta.url));
  const child = spawn(command, [path, 'xds:///echo.test:9000'], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', GRPC_XDS_BOOTSTRAP_CONFIG: JSON.stringify(bootstrap) },
  });
  stops.push(() => child.kill('SIGKILL'));
  let errors = '';
  child.stderr.on('data', (bytes: Buffer) => {
    errors += bytes.toString();
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    process: child,
    async calls(count) {
      child.stdin.write(`${count}\n`);
      const line = await lines.next();
      if (line.done === true) throw new Error(`the client ended: ${errors}\n${log}`);
      return JSON.parse(line.value) as Shares;
    },
  };
}

/** Calls in small lots until the shares of one lot are `wanted`'s, within what chance allows. */
async function sharesBecome(client: ForeignClient, wantedV2: number): Promise<number> {
  const lot = 400;
  let share = 0;
  for (let attempt = 0; attempt < 50; attempt++) {
    const { v1 = 0, v2 = 0 } = await client.calls(lot);
    expect(v1 + v2).toBe(lot);
    share = (v2 / lot) * 100;
    if (Math.abs(share - wantedV2) < 8) return share;
  }
  throw new Error(`the share of v2 stays at ${share}, wanted ${wantedV2}`);
}

async function followsWeights(client: ForeignClient): Promise<void> {
  const { v1 = 0, v2 = 0 } = await client.calls(1000);
  expect(v1 + v2).toBe(1000);
  expect(v2).toBeGreaterThan(140);
  expect(v2).toBeLessThan(260);
  await writeFile(join(root, 'mesh', 'weights.yaml'), weights(10, 90));
  await sharesBecome(client, 90);
  await writeFile(join(root, 'mesh', 'weights.yaml'), weights(100, 0));
  await sharesBecome(client, 0);
  expect(client.process.exitCode).toBeNull();
  expect(log.match(/"proxy connected"/g)).toHaveLength(1);
  expect(log).not.toContain('proxy disconnected');
  expect(log).not.toContain('refused its configuration');
}

const locality = { region: '', zone: '', sub_zone: '' };

describe('a proxyless client', () => {
  it('on @grpc/grpc-js-xds gets weights as written, and a change without a reconnect', async () => {
    await followsWeights(startClient(process.execPath, 'grpc-js-client.mjs', { id: 'grpc-js', locality }));
  });

  const python = '/usr/bin/python3';
  const installed = spawnSync(python, ['-c', 'import grpc']).status === 0;
  if (!installed)
    process.stderr.write(`skipped: gRPC C-core (apt install python3-grpcio) is not there for ${python}\n`);
  it.skipIf(!installed)('on gRPC C-core gets weights as written, and a change without a reconnect', async () => {
    await followsWeights(startClient(python, 'c-core-client.py', { id: 'c-core', locality }));
  });
});

it('a proxyless server on @grpc/grpc-js-xds listens as its listener says, and serves', async () => {
  const address = plane.addresses().xdsClear;
  if (address === undefined) throw new Error('no clear-text port');
  const port = await freePort();
  await writeFile(join(root, 'mesh', 'server.yaml'), service(port, port).replaceAll('echo', 'server'));
  const bootstrap = {
    xds_servers: [
      { server_uri: formatAddress(address), channel_creds: [{ type: 'insecure' }], server_features: ['xds_v3'] },
    ],
    node: {
      id: 'sidecar~127.0.0.1~server.default~default.svc.cluster.local',
      locality,
      metadata: { GENERATOR: 'grpc' },
    },
    server_listener_resource_name_template: 'xds.istio.io/grpc/lds/inbound/%s',
  };
  const path = fileURLToPath(new URL('./testing/grpc-js-server.mjs', import.meta.url));
  const child = spawn(process.execPath, [path, `127.0.0.1:${port}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'] ?? '', GRPC_XDS_BOOTSTRAP_CONFIG: JSON.stringify(bootstrap) },
  });
  stops.push(() => child.kill('SIGKILL'));
  const said = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
  expect(said.value).toBe('ready');
  const client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  const same = (bytes: Buffer): Buffer => bytes;
  const options = { deadline: Date.now() + 20_000 };
  const answer = await new Promise<Buffer | undefined>((resolve, reject) =>
    client.makeUnaryRequest(
      '/test.Echo/Who',
      same,
      same,
      Buffer.alloc(0),
      new grpc.Metadata(),
      options,
      (error, got) => (error === null ? resolve(got) : reject(error)),
    ),
  );
  client.close();
  expect(answer?.toString()).toBe('xds server');
  expect(log).not.toContain('refused its configuration');
});
