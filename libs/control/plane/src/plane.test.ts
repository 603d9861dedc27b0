import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, fromBinary } from '@bufbuild/protobuf';
import { createSeededRandom, systemClock } from '@weft/kernel';
import { createLogger } from '@weft/telemetry';
import { NodeSchema } from '@weft/xds-messages/envoy/config/core/v3/base';
import { ClusterLoadAssignmentSchema } from '@weft/xds-messages/envoy/config/endpoint/v3/endpoint';
import { createXdsClient, type ResourceUpdate, type XdsClient, xdsTypes } from '@weft/xds-protocol';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { formatAddress, messageBytesMax } from './grpc/listen.ts';
import { bodyBytesMax } from './operator-api/server.ts';
import type { ControlPlaneOptions } from './options.ts';
import { type ControlPlane, createControlPlane } from './plane.ts';

const loopback = { host: '127.0.0.1', port: 0 };

const shop = `
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

const rule = (weight: string): string => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: echo, namespace: shop }
spec:
  hosts: [echo]
  http:
    - route:
        - destination: { host: echo }
      timeout: ${weight}
`;

let root = '';
let log = '';
const waiting = new Set<() => void>();
const notify = (): void => {
  for (const look of [...waiting]) look();
};
const until = (condition: () => boolean): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => {
      if (!condition()) return;
      waiting.delete(look);
      resolve();
    };
    waiting.add(look);
    look();
  });

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'weft-plane-'));
  await mkdir(join(root, 'mesh'));
  await writeFile(join(root, 'mesh', 'shop.yaml'), shop);
  log = '';
});
const stops: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
  await rm(root, { recursive: true, force: true });
});

function make(extra: Partial<ControlPlaneOptions> = {}): ControlPlane {
  const plane = createControlPlane({
    configDir: join(root, 'mesh'),
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
    logger: createLogger({
      name: 'test',
      level: 'info',
      destination: {
        write: (line) => {
          log += line;
          setImmediate(notify);
        },
      },
    }),
    ...extra,
  });
  stops.push(() => plane.stop());
  return plane;
}

interface Sidecar {
  readonly client: XdsClient;
  readonly updates: ResourceUpdate[];
  readonly states: string[];
}

const nodeIdOf = (workload: string): string => `sidecar~127.0.0.1~${workload}.shop~shop.svc.cluster.local`;

async function connect(
  plane: ControlPlane,
  group: string,
  metadata: Record<string, unknown> = {},
  id = nodeIdOf('echo-1'),
): Promise<Sidecar> {
  const folder = join(root, 'tokens', `shop.${group}`);
  const [token, rootPem] = await Promise.all([
    readFile(join(folder, 'token'), 'utf8'),
    readFile(join(folder, 'root-cert.pem'), 'utf8'),
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
      } as never,
    }),
    clock: systemClock,
    random: createSeededRandom(7),
    handlers: {
      onUpdate(update) {
        updates.push(update);
        setImmediate(notify);
        return undefined;
      },
      onConnection(state, reason) {
        states.push(reason === '' ? state : reason);
        setImmediate(notify);
      },
    },
  });
  stops.push(() => client.stop());
  for (const type of [xdsTypes.CDS, xdsTypes.LDS]) client.subscribe(type, '*');
  client.subscribe(xdsTypes.EDS, ['outbound|8080||echo.shop.svc.cluster.local']);
  client.subscribe(xdsTypes.RDS, ['http_proxy']);
  client.start();
  return { client, updates, states };
}

async function api(
  plane: ControlPlane,
  path: string,
  init: RequestInit = {},
): Promise<{ status: number; body: unknown }> {
  const token = (await readFile(join(root, 'state', 'operator-token'), 'utf8')).trim();
  const response = await fetch(`http://${formatAddress(plane.addresses().api)}${path}`, {
    ...init,
    headers: { authorization: `Bearer ${token}`, ...(init.headers as Record<string, string> | undefined) },
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

const yaml = (body: string): RequestInit => ({ method: 'POST', body, headers: { 'content-type': 'application/yaml' } });
const names = (updates: readonly ResourceUpdate[], typeUrl: string): string[] =>
  updates.filter((update) => update.typeUrl === typeUrl).flatMap((update) => update.changed.map(({ name }) => name));

/** Ports and health of the endpoints of echo, in each update that told of them. */
const endpointsOfEcho = (updates: readonly ResourceUpdate[]): string[][] =>
  updates
    .filter((update) => update.typeUrl === xdsTypes.EDS)
    .flatMap((update) => update.changed)
    .map(({ body }) =>
      fromBinary(ClusterLoadAssignmentSchema, body.value).endpoints.flatMap(({ lbEndpoints }) =>
        lbEndpoints.map(({ hostIdentifier, healthStatus }) => {
          const address = hostIdentifier.case === 'endpoint' ? hostIdentifier.value.address?.address : undefined;
          const port = address?.case === 'socketAddress' ? address.value.portSpecifier.value : undefined;
          return `${port} ${healthStatus}`;
        }),
      ),
    );

it('registers a sidecar that comes with a join token and serves it its mesh', async () => {
  const plane = make();
  await plane.start();
  const { updates, states, client } = await connect(plane, 'echo');
  await until(() => names(updates, xdsTypes.EDS).length > 0 && names(updates, xdsTypes.RDS).length > 0);
  expect(states).toEqual(['connected']);
  expect(names(updates, xdsTypes.CDS)).toContain('outbound|8080||echo.shop.svc.cluster.local');
  expect(names(updates, xdsTypes.LDS)).toEqual(expect.arrayContaining(['127.0.0.1_21002', '127.0.0.1_21003']));
  const { body } = await api(plane, '/v1/status');
  expect(body).toMatchObject({
    version: '0.0.0-test',
    proxies: 1,
    sources: [{ state: 'ok', resources: 3, violations: [] }],
    services: [
      {
        host: 'echo.shop.svc.cluster.local',
        ports: [{ number: 8080, protocol: 'http' }],
        instances: [{ address: '127.0.0.1:21003', healthy: true, workload: 'echo-1', version: 'v1' }],
      },
    ],
  });
  client.reportHealth(false, 'probe failed');
  await until(() => updates.filter((update) => update.typeUrl === xdsTypes.EDS).length === 2);
  const proxies = await api(plane, '/v1/proxies');
  expect(proxies.body).toMatchObject({
    proxies: [
      { workloadGroup: 'shop/echo', serviceAccount: 'echo', healthy: false, types: { CDS: { state: 'SYNCED' } } },
    ],
  });
  const id = encodeURIComponent(nodeIdOf('echo-1'));
  const dump = await api(plane, `/v1/proxies/${id}/snapshot`);
  expect(JSON.stringify(dump.body)).toContain('envoy.admin.v3.ListenersConfigDump');
  expect(JSON.stringify(dump.body)).toContain('"route_config_name":"http_proxy"');
});

it('sends only the type that a change of a file touches', async () => {
  const plane = make();
  await plane.start();
  const { updates } = await connect(plane, 'echo');
  await until(() => names(updates, xdsTypes.EDS).length > 0 && names(updates, xdsTypes.RDS).length > 0);
  const before = updates.length;
  await writeFile(join(root, 'mesh', 'rule.yaml'), rule('7s'));
  await until(() => updates.length > before);
  expect(updates.slice(before).map((update) => update.typeUrl)).toEqual([xdsTypes.RDS]);
});

it('refuses a sidecar that claims a group that its token is not of', async () => {
  const plane = make();
  await plane.start();
  const { states } = await connect(plane, 'other');
  await until(() => states.length > 0);
  expect(states[0]).toBe('the join token is of workload group shop/other, the proxy claims shop/echo');
});

it('refuses workload groups and bad tokens in clear text, and serves others there', async () => {
  const plane = make();
  await plane.start();
  const address = plane.addresses().xdsClear;
  if (address === undefined) throw new Error('no clear-text port');
  const attempt = (metadata: Record<string, string>, token?: string): Promise<string> =>
    new Promise((resolve) => {
      const client = createXdsClient({
        address: formatAddress(address),
        ...(token === undefined ? {} : { token: () => token }),
        node: create(NodeSchema, { id: 'anyone', userAgentName: 'gRPC test', metadata }),
        clock: systemClock,
        random: createSeededRandom(1),
        handlers: { onUpdate: () => undefined, onConnection: (state, reason) => resolve(reason || state) },
      });
      stops.push(() => client.stop());
      client.subscribe(xdsTypes.EDS, ['nothing']);
      client.start();
    });
  expect(await attempt({})).toBe('connected');
  expect(await attempt({ AUTO_REGISTER_GROUP: 'echo' })).toBe('registering with a workload group needs a join token');
  expect(await attempt({}, 'nonsense')).toBe('the join token is not a signed JWT');
});

it('serves the other files when one is bad, and says what is wrong with it', async () => {
  await writeFile(
    join(root, 'mesh', 'bad.yaml'),
    'kind: VirtualService\napiVersion: networking.istio.io/v1\nspec: {}\n',
  );
  const plane = make();
  await plane.start();
  expect(log).toContain('bad.yaml:');
  const { body } = await api(plane, '/v1/status');
  expect(body).toMatchObject({
    sources: [
      { state: 'rejected', resources: 0 },
      { state: 'ok', resources: 3 },
    ],
  });
});

it('applies, lists and deletes resources, and leaves what files define to their files', async () => {
  const plane = make();
  await plane.start();
  const applied = await api(plane, '/v1/resources', yaml(rule('3s')));
  expect(applied).toEqual({
    status: 200,
    body: { applied: [{ kind: 'VirtualService', namespace: 'shop', name: 'echo', change: 'created' }] },
  });
  expect((await api(plane, '/v1/resources?kind=VirtualService')).body).toMatchObject({
    resources: [{ name: 'echo', spec: { http: [{ timeoutMs: 3000 }] } }],
  });
  const refused = await api(plane, '/v1/resources', yaml(rule('soon')));
  expect(refused).toMatchObject({ status: 422, body: { code: 'invalid_resource', violations: [{ line: 10 }] } });
  expect(await api(plane, '/v1/resources', yaml(shop))).toMatchObject({ status: 409, body: { code: 'conflict' } });
  const path = '/v1/resources/VirtualService/shop/echo';
  expect((await api(plane, path, { method: 'DELETE' })).status).toBe(204);
  expect((await api(plane, path, { method: 'DELETE' })).status).toBe(404);
  expect((await api(plane, '/v1/resources/Service/shop/echo', { method: 'DELETE' })).status).toBe(409);
});

it('answers the operator API only to the token and to names of this machine', async () => {
  const plane = make();
  await plane.start();
  expect((await api(plane, '/v1/version')).body).toEqual({ version: '0.0.0-test' });
  const wrong = { headers: { authorization: 'Bearer wrong' } };
  expect(await api(plane, '/v1/status', wrong)).toMatchObject({ status: 401, body: { code: 'unauthorized' } });
  expect((await api(plane, '/v1/resources', { method: 'POST', body: '{}' })).status).toBe(415);
  expect((await api(plane, '/v1/nothing')).status).toBe(404);
  const { request } = await import('node:http');
  const { host, port } = plane.addresses().api;
  const status = await new Promise((resolve) => {
    request({ host, port, path: '/v1/version', headers: { host: 'evil.example' } }, (r) => resolve(r.statusCode)).end();
  });
  expect(status).toBe(403);
});

it('takes no larger bodies and messages than its bounds', async () => {
  const plane = make();
  await plane.start();
  const body = `# ${'x'.repeat(bodyBytesMax)}`;
  expect(await api(plane, '/v1/resources', yaml(body))).toMatchObject({ status: 413, body: { code: 'too_large' } });
  const { client, states } = await connect(plane, 'echo');
  await until(() => states.includes('connected'));
  client.subscribe(xdsTypes.SDS, ['x'.repeat(messageBytesMax)]);
  await until(() => states.length === 2);
  expect(states[1]).toMatch(/larger than max/);
});

it('is ready when it listens, and shows its metrics', async () => {
  const plane = make();
  await plane.start();
  const base = `http://${formatAddress(plane.addresses().monitoring)}`;
  expect((await fetch(`${base}/ready`)).status).toBe(200);
  expect(await (await fetch(`${base}/metrics`)).text()).toContain('pilot_xds 0');
  expect(await (await fetch(`${base}/debug/syncz`)).json()).toEqual([]);
});

it('says in one sentence that a port is busy or a clear-text address is not loopback', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  stops.push(() => void taken.close());
  await new Promise((resolve) => taken.once('listening', resolve));
  const bound = taken.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  const busy = { host: '127.0.0.1', port };
  for (const flag of ['xds', 'monitoring', 'api'] as const) {
    await expect(make({ [flag]: busy }).start()).rejects.toThrow(
      `--${flag} 127.0.0.1:${port}: another process listens there`,
    );
  }
  await expect(make({ xdsClear: { host: '0.0.0.0', port: 0 } }).start()).rejects.toThrow('only a loopback address');
});

it('keeps authority, tokens and applied resources over a restart', async () => {
  const first = make();
  await first.start();
  await api(first, '/v1/resources', yaml(rule('3s')));
  const rootPem = await readFile(join(root, 'tokens', 'shop.echo', 'root-cert.pem'), 'utf8');
  const { states } = await connect(first, 'echo');
  await until(() => states.includes('connected'));
  const at = first.addresses().xds;
  await first.stop();
  await until(() => states.length === 2);
  expect(states[1]).toBe('the control plane is stopping');
  const second = make({ xds: at });
  await second.start();
  expect(await readFile(join(root, 'tokens', 'shop.echo', 'root-cert.pem'), 'utf8')).toBe(rootPem);
  await until(() => states.at(-1) === 'connected');
  expect((await api(second, '/v1/resources?kind=VirtualService')).body).toMatchObject({
    resources: [{ name: 'echo' }],
  });
});

it('tells a proxy that is back first after a restart of the endpoints whose sidecars are not back yet', async () => {
  const asOther = [{ AUTO_REGISTER_GROUP: 'other', WEFT_INGRESS: [] }, nodeIdOf('other-1')] as const;
  const first = make();
  await first.start();
  const echo = await connect(first, 'echo');
  const other = await connect(first, 'other', ...asOther);
  await until(() => endpointsOfEcho(other.updates).at(-1)?.length === 1 && echo.states.length > 0);
  const before = endpointsOfEcho(other.updates).at(-1);
  expect(before).toEqual(['21003 1']);
  await first.stop();
  echo.client.stop();
  other.client.stop();
  const second = make();
  await second.start();
  const back = await connect(second, 'other', ...asOther);
  await until(() => endpointsOfEcho(back.updates).length > 0);
  expect(endpointsOfEcho(back.updates)[0]).toEqual(before);
  expect((await api(second, '/v1/proxies')).body).toMatchObject({ proxies: [{ workloadGroup: 'shop/other' }] });
});
