/** A control plane over a temporary folder, and sidecars that connect to it: what tests of the plane stand on. */

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, type JsonObject } from '@bufbuild/protobuf';
import { createSeededRandom, systemClock } from '@weft/kernel';
import { createLogger } from '@weft/telemetry';
import { NodeSchema } from '@weft/xds-messages/envoy/config/core/v3/base';
import { createXdsClient, type ResourceUpdate, type XdsClient, xdsTypes } from '@weft/xds-protocol';
import { afterEach, beforeEach } from 'vitest';
import { formatAddress } from '../grpc/listen.ts';
import type { ControlPlaneOptions } from '../options.ts';
import { type ControlPlane, createControlPlane } from '../plane.ts';

interface Sidecar {
  readonly client: XdsClient;
  readonly updates: ResourceUpdate[];
  /** "connected", or why it is not, in order. */
  readonly states: string[];
}

interface PlaneBench {
  /** Holds mesh/, state/ and tokens/; another one for each test. */
  root(): string;
  log(): string;
  /** Resolves when an update, a state or a line of the log has made it true. */
  until(condition: () => boolean): Promise<void>;
  /** Not started; stopped after the test. */
  make(extra?: Partial<ControlPlaneOptions>): ControlPlane;
  /** A sidecar with the join token of shop/`group`; its node claims shop/echo unless `metadata` says otherwise. */
  connect(plane: ControlPlane, group: string, metadata?: JsonObject, id?: string): Promise<Sidecar>;
  /** One call of the operator API with the token. */
  api(plane: ControlPlane, path: string, init?: RequestInit): Promise<{ status: number; body: unknown }>;
  /** Run after the test, last first. */
  readonly stops: (() => Promise<void> | void)[];
}

const loopback = { host: '127.0.0.1', port: 0 };

export const shop = `
apiVersion: v1
kind: Service
metadata: { name: echo, namespace: shop }
spec:
  selector: { app: echo }
  ports:
    - { name: http, port: 8080, targetPort: http }
---
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: echo, namespace: shop }
spec:
  metadata: { labels: { app: echo, version: v1 } }
  template: { serviceAccount: echo }
---
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: other, namespace: shop }
spec:
  metadata: { labels: { app: other } }
  template: { serviceAccount: other }
`;

/** @param timeout of the only route to echo. */
export const rule = (timeout: string): string => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: echo, namespace: shop }
spec:
  hosts: [echo]
  http:
    - route:
        - destination: { host: echo }
      timeout: ${timeout}
`;

export const nodeIdOf = (workload: string): string => `sidecar~127.0.0.1~${workload}.shop~shop.svc.cluster.local`;

/** Registers its own hooks: call once at the top of a test file. */
export function usePlaneBench(): PlaneBench {
  let root = '';
  let log = '';
  const stops: (() => Promise<void> | void)[] = [];
  const waiting = new Set<() => void>();
  const notify = (): void => {
    for (const look of [...waiting]) look();
  };

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'weft-plane-'));
    await mkdir(join(root, 'mesh'));
    await writeFile(join(root, 'mesh', 'shop.yaml'), shop);
    log = '';
  });
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
    await rm(root, { recursive: true, force: true });
  });

  return {
    root: () => root,
    log: () => log,
    stops,
    until: (condition) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!condition()) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    make(extra = {}) {
      const write = (line: string): void => {
        log += line;
        setImmediate(notify);
      };
      const plane = createControlPlane({ ...defaults(root, write), ...extra });
      stops.push(() => plane.stop());
      return plane;
    },
    async connect(plane, group, metadata = {}, id = nodeIdOf('echo-1')) {
      const sidecar = await openSidecar(plane, join(root, 'tokens', `shop.${group}`), metadata, id, () =>
        setImmediate(notify),
      );
      stops.push(() => sidecar.client.stop());
      return sidecar;
    },
    async api(plane, path, init = {}) {
      const token = (await readFile(join(root, 'state', 'operator-token'), 'utf8')).trim();
      const response = await fetch(`http://${formatAddress(plane.addresses().api)}${path}`, {
        ...init,
        headers: { authorization: `Bearer ${token}`, ...(init.headers as Record<string, string> | undefined) },
      });
      const text = await response.text();
      return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
    },
  };
}

function defaults(root: string, write: (line: string) => void): ControlPlaneOptions {
  return {
    configDirs: [join(root, 'mesh')],
    stateDir: join(root, 'state'),
    tokenDir: join(root, 'tokens'),
    xds: loopback,
    xdsClear: loopback,
    monitoring: loopback,
    api: loopback,
    trustDomain: 'cluster.local',
    domain: 'cluster.local',
    sans: [],
    version: '0.0.0-test',
    clock: systemClock,
    logger: createLogger({ name: 'test', level: 'info', destination: { write } }),
  };
}

async function openSidecar(
  plane: ControlPlane,
  tokenFolder: string,
  metadata: JsonObject,
  id: string,
  onNews: () => void,
): Promise<Sidecar> {
  const [token, rootPem] = await Promise.all([
    readFile(join(tokenFolder, 'token'), 'utf8'),
    readFile(join(tokenFolder, 'root-cert.pem'), 'utf8'),
  ]);
  const updates: ResourceUpdate[] = [];
  const states: string[] = [];
  const client = createXdsClient({
    address: formatAddress(plane.addresses().xds),
    serverName: 'istiod.istio-system.svc',
    rootCertPem: () => rootPem,
    token: () => token.trim(),
    node: create(NodeSchema, {
      id,
      metadata: {
        AUTO_REGISTER_GROUP: 'echo',
        INSTANCE_IPS: '127.0.0.1',
        WEFT_INGRESS: [{ name: 'http', bind: '127.0.0.1', port: 21003, defaultEndpoint: '127.0.0.1:21000' }],
        WEFT_EGRESS_PROXY: { bind: '127.0.0.1', port: 21002 },
        ...metadata,
      },
    }),
    clock: systemClock,
    random: createSeededRandom(7),
    handlers: {
      onUpdate(update) {
        updates.push(update);
        onNews();
        return undefined;
      },
      onConnection(state, reason) {
        states.push(reason === '' ? state : reason);
        onNews();
      },
    },
  });
  for (const type of [xdsTypes.CDS, xdsTypes.LDS]) client.subscribe(type, '*');
  client.subscribe(xdsTypes.EDS, ['outbound|8080||echo.shop.svc.cluster.local']);
  client.subscribe(xdsTypes.RDS, ['http_proxy']);
  client.start();
  return { client, updates, states };
}
