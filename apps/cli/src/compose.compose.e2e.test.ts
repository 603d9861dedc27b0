/** The mesh in containers: built, started, ordered from, asked, changed, and taken away without a trace. */

import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { delay, systemClock } from '@weft/kernel';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
/** A project of its own, so that a mesh that the user runs is left alone; its rules are a copy that the test may edit. */
const project = 'weft-e2e';
const shop = 'http://127.0.0.1:8080';
const buildTimeoutMs = 800_000;

let rules: string;
let override: string;

function docker(args: readonly string[], timeoutMs = 120_000): { status: number | null; out: string } {
  const result = spawnSync('docker', args, {
    cwd: root,
    encoding: 'utf8',
    timeout: timeoutMs,
    maxBuffer: 64 * 1024 * 1024,
  });
  return { status: result.status, out: `${result.stdout}${result.stderr}` };
}

function compose(args: readonly string[], timeoutMs?: number): { status: number | null; out: string } {
  return docker(['compose', '-p', project, '-f', 'docker-compose.yml', '-f', override, ...args], timeoutMs);
}

beforeAll(() => {
  rules = mkdtempSync(join(tmpdir(), 'weft-compose-'));
  cpSync(join(root, 'infra', 'mesh'), join(rules, 'mesh'), { recursive: true });
  override = join(rules, 'override.yml');
  const volume = `${join(rules, 'mesh')}:/config/infra/mesh:ro`;
  writeFileSync(override, JSON.stringify({ services: { 'control-plane': { volumes: [volume] } } }));
  const built = compose(['build'], buildTimeoutMs);
  if (built.status !== 0) throw new Error(`docker compose build failed:\n${built.out.slice(-4000)}`);
  const up = compose(['up', '--wait', '--wait-timeout', '120'], 200_000);
  if (up.status !== 0) {
    const { out } = compose(['logs', '--tail', '20']);
    throw new Error(`docker compose up failed:\n${up.out.slice(-4000)}\n${out.slice(-12_000)}`);
  }
});

afterAll(() => {
  compose(['down', '-v', '--remove-orphans', '-t', '5']);
  rmSync(rules, { recursive: true, force: true });
});

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

async function call(
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const response = await fetch(shop + path, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Readonly<Record<string, unknown>> };
}

/** Asks until `answer` gives something; the test's own timeout bounds it. */
async function eventually<T>(answer: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const value = await answer();
    if (value !== undefined) return value;
    await delay(systemClock, 100);
  }
}

test('an order goes through the gateway and every sidecar, and is confirmed', async () => {
  const account = { email: 'ada@example.com', password: 'correct-horse-battery' };
  expect((await call('POST', '/api/users', { ...account, name: 'Ada' })).status).toBe(201);
  const session = await call('POST', '/api/sessions', account);
  expect(session.status).toBe(200);
  const authorization = `Bearer ${String(session.body['token'])}`;
  const products = (await call('GET', '/api/products')).body['products'] as readonly { sku: string }[];
  const items = [{ sku: products[0]?.sku, quantity: 1 }];
  const order = await call(
    'POST',
    '/api/orders',
    { items, paymentToken: 'tok_ok' },
    { authorization, 'idempotency-key': 'compose-1' },
  );
  expect(order.status).toBe(202);
  const status = await eventually(async () => {
    const { body } = await call('GET', `/api/orders/${String(order.body['id'])}`, undefined, { authorization });
    return body['status'] === 'pending' ? undefined : body['status'];
  });
  expect(status).toBe('confirmed');
});

test('a sidecar explains itself from inside its container', () => {
  const args = [
    'exec',
    '-T',
    'order-sidecar',
    'node',
    '/app/cli/main.js',
    'explain',
    'GET',
    'http://payment.shop:8080/charge',
    '-H',
    'x-canary: 1',
  ];
  const { status, out } = compose(args);
  expect(out).toContain('outbound|8080|v2|payment.shop.svc.cluster.local');
  expect(out).toMatch(/infra\/mesh\/payment\.yaml:\d+ VirtualService shop\/payment/);
  expect(status).toBe(0);
});

test('the command line in the control plane sees every proxy in step', async () => {
  const proxies = await eventually(async () => {
    const { out } = compose(['exec', '-T', 'control-plane', 'node', '/app/cli/main.js', 'proxy-status']);
    const lines = out.split('\n').filter((line) => /SYNCED/.test(line) && !/STALE|ERROR/.test(line));
    return lines.length === 6 ? lines : undefined;
  });
  expect(proxies.map((line) => line.split(' ')[0]).sort()).toEqual([
    ...[
      'istio-system/ingressgateway',
      'shop/inventory',
      'shop/order',
      'shop/payment-v1',
      'shop/payment-v2',
      'shop/user',
    ],
  ]);
});

test('a weight edited in the rules moves the canary, and no request fails', async () => {
  const file = join(rules, 'mesh', 'gateway.yaml');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace('weight: 90', 'weight: 0').replace('weight: 10', 'weight: 100'));
  const servedBy = async (): Promise<string> => {
    const { status, body } = await call('GET', '/api/payment-methods');
    expect(status).toBe(200);
    return String(body['servedBy']);
  };
  await eventually(async () => {
    const versions = new Set<string>();
    for (let i = 0; i < 20; i++) versions.add(await servedBy());
    return versions.size === 1 && versions.has('v2') ? true : undefined;
  });
});

test('no container is root on a writable file system, and no image holds a secret', () => {
  const ids = compose(['ps', '-q']).out.trim().split('\n');
  const format =
    '{{.Name}} {{.Config.User}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.SecurityOpt}} {{.HostConfig.CapDrop}}';
  const lines = docker(['inspect', '--format', format, ...ids])
    .out.trim()
    .split('\n');
  expect(lines.length).toBeGreaterThanOrEqual(18);
  for (const line of lines) {
    expect(line).toMatch(/true \[no-new-privileges:true\] \[ALL\]$/);
    if (!line.includes('postgres')) expect(line).toContain(' node ');
  }
  const files = docker([
    'run',
    '--rm',
    '--network',
    'none',
    'weft/control-plane',
    'find',
    '/secrets',
    '/tokens',
    '/var/lib/weft',
    '-type',
    'f',
  ]).out;
  expect(files.trim()).toBe('');
});

test('down -v leaves no container, no volume and no network', () => {
  expect(compose(['down', '-v', '-t', '5']).status).toBe(0);
  const label = `label=com.docker.compose.project=${project}`;
  for (const kind of [
    ['ps', '-aq'],
    ['volume', 'ls', '-q'],
    ['network', 'ls', '-q'],
  ]) {
    expect(docker([...kind, '--filter', label]).out.trim(), kind.join(' ')).toBe('');
  }
});
