import { request } from 'node:http';
import { create } from '@bufbuild/protobuf';
import { createManualClock } from '@weft/kernel';
import { patience } from '@weft/kernel/testing';
import { createLogger, createMetricRegistry } from '@weft/telemetry';
import { NodeSchema } from '@weft/xds-messages/envoy/config/core/v3/base';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createAdminServer } from './admin-server.ts';
import type { AdminView } from './admin-view.ts';
import { explainLimits } from './pages/explain.ts';
import { createSideServer, type SideServer, sideServerLimits, text } from './side-server.ts';
import { createPrometheusServer, createReadinessServer } from './status-servers.ts';

const loopback = { host: '127.0.0.1', port: 0 };
let server: SideServer | undefined;
let notReady: string | undefined;
const drain = vi.fn();
const quit = vi.fn();

function view(): AdminView {
  const registry = createMetricRegistry();
  registry.counter('a_total', 'A.', ['x']).slot(['1']).add(3);
  registry.counter('b_total', 'B.', []).slot([]).add(1);
  return {
    node: create(NodeSchema, { id: 'sidecar~1' }),
    clock: createManualClock(),
    log: createLogger({ name: 'test', level: 'silent' }),
    registry,
    tables: {
      listeners: new Map(),
      routes: new Map(),
      clusters: new Map(),
      roots: { current: undefined },
      secrets: new Map(),
      probesOf: () => [],
    },
    received: () => new Map(),
    listenerStates: () => [],
    poolStats: () => ({ connections: 0, active: 0 }),
    identity: () => undefined,
    notReady: () => notReady,
    drain,
    quit,
  };
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

function call(path: string, method = 'GET', headers: Record<string, string> = {}): Promise<Answer> {
  const [host = '', port = ''] = (server?.address() ?? '').split(':');
  return new Promise((resolve, reject) => {
    const outgoing = request({ host, port, path, method, headers, agent: false }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => {
        body += chunk.toString();
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body, headers: response.headers }));
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

beforeEach(() => {
  notReady = undefined;
  vi.clearAllMocks();
});
afterEach(() => server?.stop());

describe('the admin port', () => {
  beforeEach(async () => {
    server = createAdminServer('--admin', loopback, view());
    await server.start();
  });

  test('readiness has its reason', async () => {
    expect(await call('/ready')).toMatchObject({ status: 200, body: 'LIVE\n' });
    notReady = 'no certificate from the CA yet';
    expect(await call('/ready')).toMatchObject({
      status: 503,
      body: 'PRE_INITIALIZING: no certificate from the CA yet\n',
    });
  });

  test('metrics come as lines, as Prometheus text, and filtered by a plain text', async () => {
    expect((await call('/stats')).body).toBe('a_total{x="1"}: 3\nb_total: 1\n');
    expect((await call('/stats?filter=b_')).body).toBe('b_total: 1\n');
    expect((await call('/stats?filter=(a%2B)%2B$')).body).toBe('');
    expect((await call('/stats/prometheus')).body).toContain('# TYPE a_total counter');
  });

  test('what changes something takes POST only', async () => {
    for (const path of ['/drain', '/quitquitquit']) {
      expect(await call(path)).toMatchObject({ status: 405, headers: { allow: 'POST' } });
    }
    expect(drain).not.toHaveBeenCalled();
    expect((await call('/drain', 'POST')).status).toBe(200);
    expect(drain).toHaveBeenCalledTimes(1);
    expect((await call('/quitquitquit', 'POST')).status).toBe(200);
    await vi.waitFor(() => expect(quit).toHaveBeenCalledTimes(1), patience);
    expect((await call('/config_dump', 'POST')).status).toBe(405);
    expect((await call('/ready', 'DELETE')).status).toBe(405);
  });

  test('the level of the log can be read and changed', async () => {
    expect((await call('/logging')).body).toContain('sidecar: silent');
    expect((await call('/logging?level=debug', 'POST')).body).toContain('sidecar: debug');
    expect(await call('/logging?level=loud', 'POST')).toMatchObject({ status: 400 });
  });

  test.each([
    { host: 'evil.example' },
    { host: 'evil.example:15000' },
    { host: '127.0.0.1.evil.example' },
    { host: '10.0.0.1' },
    { origin: 'http://evil.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
  ])('a request with %j is refused, whatever it asks for', async (headers) => {
    expect((await call('/ready', 'GET', headers as unknown as Record<string, string>)).status).toBe(403);
    expect((await call('/quitquitquit', 'POST', headers as unknown as Record<string, string>)).status).toBe(403);
    expect(quit).not.toHaveBeenCalled();
  });

  test.each(['localhost', 'localhost:15000', '127.0.0.1', '127.9.9.9:1', '[::1]:15000'])(
    'Host %s is taken',
    async (host) => {
      expect((await call('/ready', 'GET', { host })).status).toBe(200);
    },
  );

  test('unknown pages, names of objects among them, are 404', async () => {
    for (const path of ['/nope', '/constructor', '/__proto__', '/ready/']) expect((await call(path)).status).toBe(404);
  });

  test('explain refuses what is no request, in a sentence, and has bounds', async () => {
    const bad = [
      '/explain',
      '/explain?url=',
      '/explain?url=http://',
      '/explain?url=http://a/&method=G%20T',
      '/explain?url=http://a/&header=nocolon',
      `/explain?url=http://a/${'x'.repeat(explainLimits.urlLengthMax)}`,
      `/explain?url=http://a/${'&header=a:b'.repeat(explainLimits.headersMax + 1)}`,
    ];
    for (const path of bad) expect((await call(path)).status, path.slice(0, 60)).toBe(400);
    const answer = JSON.parse((await call('/explain?url=http://a/')).body);
    expect(answer).toMatchObject({ listener: null, route: null, targets: [], result: 'no-route' });
  });

  test('a dump names its node; a part of it is asked for by name', async () => {
    const { configs } = JSON.parse((await call('/config_dump')).body);
    expect(configs[0].bootstrap.node.id).toBe('sidecar~1');
    expect(configs.map((config: { '@type': string }) => config['@type'].split('.').at(-1))).toEqual([
      'BootstrapConfigDump',
      'ClustersConfigDump',
      'ListenersConfigDump',
      'RoutesConfigDump',
      'SecretsConfigDump',
    ]);
    expect((await call('/config_dump?resource=nothing')).status).toBe(400);
  });
});

describe('side servers', () => {
  test.each(['0.0.0.0', '192.0.2.1', '::'])('the admin port is not opened on %s', async (host) => {
    const open = createAdminServer('--admin', { host, port: 0 }, view());
    await expect(open.start()).rejects.toThrow(/^--admin: .*loopback addresses only$/);
  });

  test('a busy port is said with its flag and address', async () => {
    server = createReadinessServer('--readiness', loopback, () => undefined);
    await server.start();
    const address = server.address();
    const port = Number(address.split(':')[1]);
    const other = createPrometheusServer('--prometheus', { ...loopback, port }, createMetricRegistry());
    await expect(other.start()).rejects.toThrow(`--prometheus: ${address} is in use by another process`);
  });

  test('readiness answers its one path', async () => {
    server = createReadinessServer('--readiness', loopback, () => notReady);
    await server.start();
    expect(await call('/healthz/ready')).toMatchObject({ status: 200 });
    notReady = 'draining';
    expect(await call('/healthz/ready')).toMatchObject({ status: 503, body: 'not ready: draining\n' });
    expect((await call('/')).status).toBe(404);
    expect((await call('/healthz/ready', 'POST')).status).toBe(405);
  });

  test('an answer over the bound is not sent', async () => {
    server = createSideServer('--x', loopback, () => text(200, 'x'.repeat(sideServerLimits.answerBytesMax + 1)));
    await server.start();
    expect((await call('/')).status).toBe(507);
  });

  test('a head over the bound is refused', async () => {
    server = createSideServer('--x', loopback, () => text(200, 'ok'));
    await server.start();
    expect((await call(`/${'x'.repeat(sideServerLimits.headBytesMax)}`)).status).toBe(431);
  });

  test('connections over the bound are closed', async () => {
    server = createSideServer('--x', loopback, () => text(200, 'ok'));
    await server.start();
    const { connect } = await import('node:net');
    const port = Number(server.address().split(':')[1]);
    const sockets = Array.from({ length: sideServerLimits.connectionsMax + 1 }, () => connect(port, '127.0.0.1'));
    await Promise.race(
      sockets.map(
        (socket) =>
          new Promise<void>((resolve) => {
            socket.on('error', () => {});
            socket.once('close', () => resolve());
          }),
      ),
    );
    for (const socket of sockets) socket.destroy();
  });
});
