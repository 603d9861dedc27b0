import { readFile } from 'node:fs/promises';
import { Agent, createServer as createHttpServer, type IncomingMessage, request } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { freePort } from '@weft/kernel/testing';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type FakeControlPlane, startFakeControlPlane } from './testing/fake-control-plane.ts';
import * as mesh from './testing/mesh-resources.ts';
import { createTestProxy, type TestProxy } from './testing/test-proxy.ts';

const inventoryUri = 'spiffe://cluster.local/ns/shop/sa/inventory';
const httpCluster = 'outbound|8080||inventory.shop.svc.cluster.local';
const tcpCluster = 'outbound|9090||inventory.shop.svc.cluster.local';

let plane: FakeControlPlane;
let order: TestProxy;
let inventory: TestProxy;
let app: Server;
let echo: Server;
let orderPort: number;
let healthy = true;
let slowAnswer: (() => void) | undefined;
const seen: IncomingMessage['headers'][] = [];

const waitOptions = { timeout: 20_000, interval: 20 };

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

function inventoryResources(appPort: number, echoPort: number): mesh.TestResource[] {
  return [
    mesh.inboundListener('in-http', 0, appPort, 'http'),
    mesh.inboundListener('in-grpc', 0, echoPort, 'tcp'),
    mesh.inboundCluster(appPort, '/health'),
    mesh.inboundCluster(echoPort),
  ];
}

function orderResources(httpPort: number, tcpPort: number, uri = inventoryUri): mesh.TestResource[] {
  const name = 'inventory.shop.svc.cluster.local';
  return [
    mesh.outboundListener('out', 0),
    mesh.outboundCluster(httpCluster, uri, ['istio-http/1.1', 'istio', 'http/1.1']),
    mesh.outboundCluster(tcpCluster, uri, ['istio']),
    mesh.endpoints(httpCluster, [httpPort]),
    mesh.endpoints(tcpCluster, [tcpPort]),
    mesh.routes('http_proxy', [
      {
        name: `${name}:8080`,
        domains: ['inventory.shop', 'inventory.shop:8080'],
        include_request_attempt_count: true,
        routes: [
          {
            name: 'stock',
            match: { prefix: '/stock' },
            route: { cluster: httpCluster, prefix_rewrite: '/items', timeout: '7s' },
            metadata: mesh.from('http[0]'),
          },
          { match: { prefix: '/old' }, redirect: { path_redirect: '/new' }, metadata: mesh.from('http[1]') },
        ],
      },
      {
        name: `${name}:9090`,
        domains: ['inventory.shop:9090'],
        routes: [
          {
            match: { connect_matcher: {} },
            route: { cluster: tcpCluster, upgrade_configs: [{ upgrade_type: 'CONNECT', connect_config: {} }] },
            metadata: mesh.from('tcp[0]'),
          },
        ],
      },
      {
        name: 'block_all',
        domains: ['*'],
        routes: [{ match: { prefix: '/' }, direct_response: { status: 502 }, metadata: mesh.from('block_all') }],
      },
    ]),
  ];
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** Port of this side of the connection. */
  readonly localPort: number | undefined;
}

/** A request through the order service's sidecar. */
function call(url: string, agent: Agent | false = false): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { host } = new URL(url);
    const outgoing = request({ host: '127.0.0.1', port: orderPort, path: url, headers: { host }, agent });
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      const localPort = response.socket.localPort;
      let body = '';
      response.on('data', (chunk: Buffer) => {
        body += chunk.toString();
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body, localPort }),
      );
    });
    outgoing.end();
  });
}

beforeAll(async () => {
  // Certificates live 4 s, so that a rotation comes while the tests run.
  plane = await startFakeControlPlane(4, await freePort());
  app = createHttpServer((incoming, outgoing) => {
    if (incoming.url === '/health') {
      outgoing.writeHead(healthy ? 200 : 503).end();
      return;
    }
    seen.push(incoming.headers);
    const answer = (): void => void outgoing.end(`app ${incoming.url}`);
    if (incoming.url === '/items/slow') slowAnswer = answer;
    else answer();
  });
  echo = createServer((socket) => socket.pipe(socket));
  plane.serve('inventory', inventoryResources(await listen(app), await listen(echo)));
  inventory = await createTestProxy(plane, 'shop/inventory', {
    outbound: undefined,
    inbound: [{ name: 'http', bind: '127.0.0.1', port: 0, defaultEndpoint: '127.0.0.1:1' }],
  });
  await inventory.proxy.start();
  await vi.waitFor(() => expect(inventory.proxy.notReady()).toBeUndefined(), waitOptions);
  plane.serve('order', orderResources(await inventory.portOf('in-http'), await inventory.portOf('in-grpc')));
  order = await createTestProxy(plane, 'shop/order');
  await order.proxy.start();
  await vi.waitFor(() => expect(order.proxy.notReady()).toBeUndefined(), waitOptions);
  orderPort = await order.portOf('out');
});

afterAll(async () => {
  await Promise.all([order?.stop(), inventory?.stop()]);
  plane?.stop();
  app?.close();
  echo?.close();
});

describe('two sidecars', () => {
  test('a request travels application → sidecar → mutual TLS → sidecar → application, by the rules', async () => {
    const answer = await call('http://inventory.shop:8080/stock/7?x=1');
    expect([answer.status, answer.body]).toEqual([200, 'app /items/7?x=1']);
    expect(seen.at(-1)).toMatchObject({
      host: 'inventory.shop:8080',
      'x-request-id': expect.any(String),
      'x-envoy-attempt-count': '1',
      'x-forwarded-client-cert': expect.stringMatching(
        /^By=spiffe:\/\/[^;]+\/inventory;Hash=[0-9a-f]{64};Subject="";URI=spiffe:\/\/[^;]+\/order$/,
      ),
    });
    expect(plane.events.filter((event) => event.startsWith('nack'))).toEqual([]);
  });

  test('the metrics of both sides name the identities', async () => {
    const metricsOf = async ({ proxy }: TestProxy): Promise<string> =>
      (await fetch(`http://${proxy.addresses().prometheus}/stats/prometheus`)).text();
    const [source, destination] = await Promise.all([metricsOf(order), metricsOf(inventory)]);
    expect(source).toMatch(/istio_requests_total\{reporter="source".*destination_principal="spiffe:.*inventory"/);
    expect(destination).toMatch(/istio_requests_total\{reporter="destination".*source_principal="spiffe:.*order"/);
    expect(destination).toMatch(/connection_security_policy="mutual_tls"/);
    expect(source).toMatch(/^weft_proxy_ready 1$/m);
    expect(source).toMatch(/^weft_control_plane_connected 1$/m);
    expect(source).toMatch(/^weft_certificate_expiry_timestamp_seconds 1\d{9}$/m);
  });

  test('a host that nobody has is answered with 502 and the rule', async () => {
    const answer = await call('http://nobody.shop/');
    expect([answer.status, answer.headers['x-weft-reason']]).toEqual([502, 'mesh/x.yaml:7 Test shop/x block_all']);
  });

  test('a caller without TLS is refused at the way in', async () => {
    const socket = connect(await inventory.portOf('in-http'), '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nhost: inventory.shop\r\n\r\n');
    const got: Buffer[] = [];
    socket.on('data', (chunk) => got.push(chunk));
    socket.on('error', () => {});
    await new Promise((resolve) => socket.once('close', resolve));
    expect(Buffer.concat(got).toString('latin1')).not.toContain('HTTP/');
    expect(await inventory.admin('/stats?filter=plaintext_refused')).toMatch(/in-http.*: 1/);
  });

  test('a tunnel carries bytes both ways and ends politely', async () => {
    const socket = connect({ port: orderPort, host: '127.0.0.1', allowHalfOpen: true });
    socket.write('CONNECT inventory.shop:9090 HTTP/1.1\r\nhost: inventory.shop:9090\r\n\r\n');
    const head = await readUntil(socket, '\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 200 /);
    const payload = 'x'.repeat(300_000);
    socket.write(payload);
    socket.end();
    expect(await readUntil(socket, undefined)).toBe(payload);
  });

  test('certificates rotate while a kept-alive connection goes on', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const first = await call('http://inventory.shop/stock', agent);
    const serialsOf = async (): Promise<string[]> =>
      Promise.all([order, inventory].map(async (proxy) => serialOf(await proxy.admin('/certs'))));
    const before = await serialsOf();
    const requests: Answer[] = [];
    await vi.waitFor(async () => {
      requests.push(await call('http://inventory.shop/stock', agent));
      const now = await serialsOf();
      expect(now[0]).not.toBe(before[0]);
      expect(now[1]).not.toBe(before[1]);
    }, waitOptions);
    requests.push(await call('http://inventory.shop/stock', agent));
    expect(new Set(requests.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(requests.map(({ localPort }) => localPort))).toEqual(new Set([first.localPort]));
    agent.destroy();
  });

  test('an endpoint with another identity than the expected is refused with a reason, and the rules can be put right', async () => {
    const ports = [await inventory.portOf('in-http'), await inventory.portOf('in-grpc')] as const;
    plane.serve('order', orderResources(...ports, 'spiffe://cluster.local/ns/shop/sa/somebody'));
    await vi.waitFor(async () => {
      const answer = await call('http://inventory.shop/stock');
      expect([answer.status, answer.headers['x-weft-reason']]).toEqual([
        503,
        expect.stringMatching(/upstream_identity/),
      ]);
    }, waitOptions);
    plane.serve('order', orderResources(...ports));
    await vi.waitFor(async () => expect((await call('http://inventory.shop/stock')).status).toBe(200), waitOptions);
  });

  test('the health of the application goes up the stream', async () => {
    expect(plane.events).toContain('inventory healthy');
    healthy = false;
    await vi.waitFor(() => expect(plane.events.at(-1)).toMatch(/inventory unhealthy: .*status 503/), waitOptions);
    healthy = true;
    await vi.waitFor(() => expect(plane.events.at(-1)).toBe('inventory healthy'), waitOptions);
  });

  test('explain says what requests get, for each kind of route', async () => {
    const explain = async (method: string, url: string): Promise<Record<string, unknown>> =>
      JSON.parse(await order.admin(`/explain?method=${method}&url=${encodeURIComponent(url)}`));
    const forward = await explain('GET', 'http://inventory.shop/stock/1');
    expect(forward).toMatchObject({
      listener: 'out',
      virtualHost: 'inventory.shop.svc.cluster.local:8080',
      route: { name: 'stock', from: { file: 'mesh/x.yaml', line: 7, rule: 'http[0]' } },
      targets: [{ cluster: httpCluster, endpoints: [{ healthy: true, identity: inventoryUri }] }],
      timeoutMs: 7_000,
      rewrite: { path: '/items/1' },
      identity: { own: 'spiffe://cluster.local/ns/shop/sa/order', expected: [inventoryUri] },
      result: 'forward',
    });
    expect(await explain('CONNECT', 'inventory.shop:9090')).toMatchObject({ result: 'forward', timeoutMs: 15_000 });
    expect(await explain('GET', 'http://inventory.shop/old')).toMatchObject({ result: 'redirect', status: 301 });
    expect(await explain('GET', 'http://nobody/')).toMatchObject({ result: 'direct', status: 502 });
    expect(await explain('GET', 'http://inventory.shop/none')).toMatchObject({ result: 'no-route', route: null });
    expect(await explain('GET', 'http://inventory.shop:9090/')).toMatchObject({ result: 'no-route' });
  });

  test('a dump has the resources in Envoy’s form and no key', async () => {
    const dump = await order.admin('/config_dump?include_eds');
    expect(dump).toContain('"dynamic_active_clusters"');
    expect(dump).toContain('envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext');
    expect(dump).toContain('"private_key":{"inline_string":"[redacted]"}');
    expect(dump).not.toContain('PRIVATE KEY');
    expect(await order.admin('/config_dump?resource=dynamic_endpoint_configs')).toContain('"endpoint_config"');
    expect(JSON.parse(await order.admin('/clusters?format=json')).cluster_statuses).toHaveLength(2);
  });
});

describe('draining', () => {
  test('a request in flight is finished, readiness fails, the way in is closed, then all ends', async () => {
    const port = await inventory.portOf('in-http');
    const { readiness } = inventory.proxy.addresses();
    const slow = call('http://inventory.shop/stock/slow');
    await vi.waitFor(() => expect(slowAnswer).toBeDefined(), waitOptions);
    const stopped = inventory.proxy.stop();
    await vi.waitFor(async () => expect(await accepts(port)).toBe(false), waitOptions);
    const ready = await fetch(`http://${readiness}/healthz/ready`);
    expect([ready.status, await ready.text()]).toEqual([503, 'not ready: draining\n']);
    slowAnswer?.();
    expect((await slow).body).toBe('app /items/slow');
    await stopped;
    expect(await fetch(`http://${readiness}/healthz/ready`).catch(() => 'closed')).toBe('closed');
    // Back at the same addresses: what it had is on its disk.
    inventory = inventory.again();
    await inventory.proxy.start();
    await vi.waitFor(() => expect(inventory.proxy.notReady()).toBeUndefined(), waitOptions);
    plane.serve('order', orderResources(await inventory.portOf('in-http'), await inventory.portOf('in-grpc')));
    await vi.waitFor(async () => expect((await call('http://inventory.shop/stock')).status).toBe(200), waitOptions);
  });
});

describe('tunnels', () => {
  test('may go on while a proxy drains, and are closed at its limit on both sides', async () => {
    const drainMs = order.options.drainSeconds * 1_000;
    const socket = connect({ port: orderPort, host: '127.0.0.1' });
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.on('error', () => {});
    socket.write('CONNECT inventory.shop:9090 HTTP/1.1\r\nhost: inventory.shop:9090\r\n\r\n');
    expect(await readUntil(socket, '\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 /);
    const begunMs = performance.now();
    const stopped = inventory.proxy.stop();
    await vi.waitFor(async () => expect(await inventory.admin('/ready')).toContain('draining'), waitOptions);
    socket.write('still here');
    expect(await readUntil(socket, 'still here')).toBe('still here');
    await Promise.all([stopped, closed]);
    const tookMs = performance.now() - begunMs;
    expect(tookMs).toBeGreaterThan(drainMs - 100);
    expect(tookMs).toBeLessThan(drainMs + 1_000);
    inventory = inventory.again();
    await inventory.proxy.start();
    await vi.waitFor(() => expect(inventory.proxy.notReady()).toBeUndefined(), waitOptions);
    plane.serve('order', orderResources(await inventory.portOf('in-http'), await inventory.portOf('in-grpc')));
    await vi.waitFor(async () => expect((await call('http://inventory.shop/stock')).status).toBe(200), waitOptions);
  });
});

describe('without a control plane', () => {
  test('a sidecar starts from its disk, serves, and takes over what the control plane has when it is back', async () => {
    await order.proxy.stop();
    const { port, ca } = plane;
    plane.stop();
    const again = order.again();
    await again.proxy.start();
    expect(again.proxy.notReady()).toMatch(/no configuration/);
    await vi.waitFor(() => expect(again.proxy.notReady()).toBeUndefined(), waitOptions);
    orderPort = await again.portOf('out');
    expect((await call('http://inventory.shop/stock')).status).toBe(200);
    plane = await startFakeControlPlane(3600, port, ca);
    plane.serve('order', orderResources(1, 1));
    await vi.waitFor(async () => expect((await call('http://inventory.shop/stock')).status).toBe(503), waitOptions);
    await again.proxy.stop();
    expect(await readFile(join(order.folder, 'access.log'), 'utf8')).toContain('"response_flags":"UF');
  });
});

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => resolve(false));
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

function serialOf(certs: string): string {
  return JSON.parse(certs).certificates[0].cert_chain[0].serial_number;
}

function readUntil(socket: Socket, mark: string | undefined): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const onData = (chunk: Buffer): void => {
      text += chunk.toString('latin1');
      if (mark !== undefined && text.includes(mark)) done();
    };
    const done = (): void => {
      socket.off('data', onData);
      socket.off('end', done);
      resolve(text);
    };
    socket.on('data', onData);
    socket.on('end', done);
    socket.on('error', reject);
  });
}
