/** The shop with stock Envoys as its sidecars, driven by our control plane alone; and side by side with our own sidecar. */

import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { delay, systemClock } from '@weft/kernel';
import { layoutOf, readRunFile, stopEverything } from '@weft/operator-launcher';
import { createCustomer } from '@weft/testing-shop';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { callDirectly, callThrough } from './testing/through-proxy.ts';
import { repository, startWeft, type WeftProcess } from './testing/weft-process.ts';

const shop = 'http://127.0.0.1:8080';
/** Blocks of ports, in the launcher's order. */
const outbound = { user: 21_002, order: 21_012 } as const;
const inboundHttp = [21_003, 21_013, 21_023, 21_033, 21_043] as const;
const admin = [21_005, 21_015, 21_025, 21_035, 21_045] as const;
const paymentMethods = 'http://payment.shop:8080/api/payment-methods';
const echo = join(import.meta.dirname, 'testing', 'echo.mjs');

let dir: string;
let rules: string;
let up: WeftProcess;
const runs: WeftProcess[] = [];

const weft = (...args: string[]): WeftProcess => startWeft(['--dir', dir, ...args]);

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'weft-envoy-'));
  rules = join(dir, 'rules');
  cpSync(join(repository, 'infra', 'mesh'), rules, { recursive: true });
  up = weft('up', '--sidecar', 'envoy', '--config', rules);
  await up.said('Ctrl-C stops everything');
});

afterAll(async () => {
  const left = [...runs, up].filter((process) => process?.child.exitCode === null);
  for (const { child, ended } of left) {
    child.kill('SIGINT');
    await ended;
  }
  await stopEverything(systemClock, layoutOf(dir));
  rmSync(dir, { recursive: true, force: true });
});

/** Asks until `check` holds; the test's own timeout bounds it. */
async function eventually(check: () => Promise<boolean>): Promise<void> {
  while (!(await check())) await delay(systemClock, 100);
}

async function envoyAdmin(port: number, path: string): Promise<string> {
  return (await fetch(`http://127.0.0.1:${port}${path}`)).text();
}

async function servedBy(): Promise<string> {
  const { status, body } = await callThrough(outbound.order, paymentMethods);
  expect(status, body).toBe(200);
  return String((JSON.parse(body) as { servedBy: unknown }).servedBy);
}

/** Share of v2 in percent. */
async function shareOfV2(requests: number): Promise<number> {
  let seen = 0;
  for (let i = 0; i < requests; i++) if ((await servedBy()) === 'v2') seen++;
  return (seen / requests) * 100;
}

function setWeights(v1: number, v2: number): void {
  const file = join(rules, 'payment.yaml');
  let at = 0;
  const text = readFileSync(file, 'utf8').replace(/weight: \d+/g, () => `weight: ${[v1, v2][at++]}`);
  expect(at).toBe(2);
  writeFileSync(file, text);
}

interface EchoRun {
  readonly url: string;
  /** Outbound port of its sidecar. */
  readonly outbound: number;
  readonly inbound: number;
  readonly uri: string;
}

/** An echo in the mesh, behind a sidecar of this kind. */
async function startEcho(kind: 'weft' | 'envoy', port: number): Promise<EchoRun> {
  const name = `echo-${kind}`;
  const run = weft('run', '--name', name, '--sidecar', kind, '--port', String(port), '--', process.execPath, echo);
  runs.push(run);
  await run.said('is in the mesh');
  const own = Number(/curl -x http:\/\/127\.0\.0\.1:(\d+)/.exec(run.output())?.[1]);
  const uri = `spiffe://cluster.local/ns/default/sa/${name}`;
  return { url: `http://${name}.default:${port}/`, outbound: own, inbound: own + 1, uri };
}

/** Whom the echo at `url` was asked by, and as whom, by the certificate of the connection. */
async function askedBy(port: number, url: string): Promise<string> {
  let answer = await callThrough(port, url);
  // Its endpoint is on its way to this proxy, or its process is being started.
  while (answer.status === 503 || answer.status === 502) {
    await delay(systemClock, 100);
    answer = await callThrough(port, url);
  }
  expect(answer.status, answer.body).toBe(200);
  return String((JSON.parse(answer.body) as Record<string, unknown>)['x-forwarded-client-cert']);
}

test('all sidecars are Envoys in step with the control plane', async () => {
  for (const port of admin) expect(await envoyAdmin(port, '/server_info')).toMatch(/"version": "[0-9a-f]+\/1\.\d+/);
  await eventually(async () => {
    const status = weft('proxy-status');
    await status.ended;
    const shown = status
      .output()
      .split('\n')
      .filter((line) => /^shop\/.*SYNCED/.test(line));
    return shown.length === 5 && !shown.some((line) => /STALE|ERROR|unhealthy/.test(line));
  });
  for (const port of admin) {
    const rejected = await envoyAdmin(
      port,
      '/stats?filter=update_rejected|update_failure_deprecated|deprecated_feature',
    );
    expect(rejected.split('\n').filter((line) => /: [1-9]/.test(line))).toEqual([]);
  }
});

test('an order goes through the gateway and every Envoy, and is confirmed; one that is declined is not', async () => {
  const customer = await createCustomer(shop);
  expect(await customer.order()).toBe('confirmed');
  expect(await customer.order('tok_declined')).toBe('rejected');
});

test('edited weights move the canary while requests go on', async () => {
  setWeights(0, 100);
  await eventually(async () => (await shareOfV2(10)) === 100);
  setWeights(50, 50);
  await eventually(async () => (await shareOfV2(10)) < 100);
  const half = await shareOfV2(100);
  expect(half).toBeGreaterThan(25);
  expect(half).toBeLessThan(75);
  setWeights(100, 0);
  await eventually(async () => (await shareOfV2(10)) === 0);
});

test('a caller whom no rule allows is denied by its identity; another one is not', async () => {
  const policy = {
    apiVersion: 'security.istio.io/v1',
    kind: 'AuthorizationPolicy',
    metadata: { name: 'payment-callers', namespace: 'shop' },
    spec: {
      selector: { matchLabels: { app: 'payment' } },
      action: 'DENY',
      rules: [{ from: [{ source: { principals: ['cluster.local/ns/shop/sa/user'] } }] }],
    },
  };
  writeFileSync(join(rules, 'guard.yaml'), JSON.stringify(policy));
  await eventually(async () => (await callThrough(outbound.user, paymentMethods)).status === 403);
  expect(await callThrough(outbound.user, paymentMethods)).toEqual({ status: 403, body: 'RBAC: access denied' });
  expect(await servedBy()).toBe('v1');
  const log = layoutOf(dir).accessLogOf('payment-v1-sidecar');
  const denied =
    /"response_code":403,"response_code_details":"rbac_access_denied_matched_policy\[ns\[shop\]-policy\[payment-callers\]-rule\[0\]\]"/;
  await eventually(async () => denied.test(readFileSync(log, 'utf8')));
  rmSync(join(rules, 'guard.yaml'));
  await eventually(async () => (await callThrough(outbound.user, paymentMethods)).status === 200);
});

test('an Envoy and our sidecar speak mutual TLS in both directions, and refuse clear text', async () => {
  const strict = {
    apiVersion: 'security.istio.io/v1',
    kind: 'PeerAuthentication',
    metadata: { name: 'default', namespace: 'istio-system' },
    spec: { mtls: { mode: 'STRICT' } },
  };
  writeFileSync(join(rules, 'strict.yaml'), JSON.stringify(strict));
  const ours = await startEcho('weft', 21_090);
  const envoy = await startEcho('envoy', 21_091);
  const order = 'spiffe://cluster.local/ns/shop/sa/order';
  const seen = (by: string, as: string) =>
    expect.stringMatching(new RegExp(`^By=${as};Hash=[0-9a-f]{64};.*URI=${by}$`));
  expect(await askedBy(outbound.order, ours.url)).toEqual(seen(order, ours.uri));
  expect(await askedBy(outbound.order, envoy.url)).toEqual(seen(order, envoy.uri));
  expect(await askedBy(ours.outbound, envoy.url)).toEqual(seen(ours.uri, envoy.uri));
  expect(await askedBy(envoy.outbound, ours.url)).toEqual(seen(envoy.uri, ours.uri));
  expect((await callThrough(ours.outbound, 'http://inventory.shop:8080/api/products')).status).toBe(200);
  for (const port of [ours.inbound, envoy.inbound, ...inboundHttp]) {
    await expect(callDirectly(port), `port ${port}`).rejects.toThrow();
  }
  const customer = await createCustomer(shop);
  expect(await customer.order()).toBe('confirmed');
});

/** Requests one after another until it is stopped. */
function startLoad(): { stop(): Promise<readonly string[]> } {
  let going = true;
  const failed: string[] = [];
  const load = (async () => {
    while (going) {
      const { status, body } = await callThrough(outbound.order, paymentMethods);
      if (status !== 200) failed.push(`${status} ${body}`);
    }
  })();
  return {
    async stop() {
      going = false;
      await load;
      return failed;
    },
  };
}

test('a new root reaches running Envoys, and no request fails of it', async () => {
  const serials = async (): Promise<readonly string[]> =>
    (await envoyAdmin(admin[1], '/certs')).match(/"serial_number": "[0-9a-f]+"/g) ?? [];
  const pids = (): readonly number[] => processes().map(({ pid }) => pid);
  const before = await serials();
  const running = pids();
  const load = startLoad();
  expect(await weft('ca', 'rotate', 'start').ended).toBe(0);
  await eventually(async () => (await weft('ca', 'rotate', 'finish').ended) === 0);
  await eventually(async () => (await serials()).every((serial) => !before.includes(serial)));
  expect(await load.stop()).toEqual([]);
  expect(before.length).toBeGreaterThan(0);
  expect(pids()).toEqual(running);
  const customer = await createCustomer(shop);
  expect(await customer.order()).toBe('confirmed');
});

test('a control plane that is killed costs no request, and Envoys follow it again', async () => {
  const load = startLoad();
  const before = processNamed('control-plane');
  process.kill(before?.pid ?? 0, 'SIGKILL');
  await eventually(async () => /^control-plane +ready.*again$/m.test(up.output()));
  setWeights(0, 100);
  await eventually(async () => (await shareOfV2(10)) === 100);
  expect(await load.stop()).toEqual([]);
});

const byHand = ['--inbound', 'http=127.0.0.1:21094,127.0.0.1:21010', '--outbound', '127.0.0.1:21092'];
const sides = ['--admin', '127.0.0.1:21095', '--readiness', '127.0.0.1:21096', '--prometheus', '127.0.0.1:21097'];

/** Its process is the leader of a group of its own. */
function agentOf({ child }: WeftProcess): number {
  return Number(spawnSync('pgrep', ['-P', String(child.pid)], { encoding: 'utf8' }).stdout);
}

test.each<[string, (run: WeftProcess) => unknown]>([
  ['a signal', ({ child }) => child.kill('SIGINT')],
  ["a supervisor's signal to all of its group", (run) => process.kill(-agentOf(run), 'SIGTERM')],
])('weft envoy joins by hand, and leaves on %s when what is in flight is answered', async (_, end) => {
  const run = weft('envoy', '--workload-group', 'shop/order', ...byHand, ...sides, '--drain-seconds', '8');
  runs.push(run);
  const isReady = () => fetch('http://127.0.0.1:21096/healthz/ready').then(({ status }) => status === 200);
  await eventually(() => isReady().catch(() => false));
  expect((await callThrough(21_092, paymentMethods)).status).toBe(200);
  const scraped = await envoyAdmin(21_097, '/stats/prometheus');
  expect(scraped).toContain('envoy_server_live');
  const slow = callThrough(21_092, 'http://echo-envoy.default:21091/?after=2000');
  const open = '/stats?filter=listener.127.0.0.1_21092.downstream_cx_active';
  await eventually(async () => (await envoyAdmin(21_095, open)).includes('downstream_cx_active: 1'));
  end(run);
  expect(await slow).toMatchObject({ status: 200 });
  expect(await run.ended).toBe(0);
  await expect(envoyAdmin(21_095, '/ready')).rejects.toThrow();
});

const wrong: readonly (readonly [readonly string[], number, string])[] = [
  [[...sides, '--envoy', '/none'], 1, '/none is no program: name the one of Envoy'],
  [[...sides, '--token-dir', 'TOKENS'], 1, 'the CA refused: the join token'],
  [['--admin', '127.0.0.1:21015'], 1, '--admin: 127.0.0.1:21015 is in use by another process'],
  [['--none'], 2, "Unknown option '--none'"],
  [[...sides, '--reason-header', 'on'], 2, 'an Envoy has no such setting'],
];

test('weft envoy says in a sentence what is wrong, and ends with the code of it', async () => {
  const ask = async (flags: readonly string[]): Promise<readonly [number | null, string]> => {
    const tokens = mkdtempSync(join(dir, 'tokens-'));
    writeFileSync(join(tokens, 'token'), 'no token');
    cpSync(join(layoutOf(dir).tokenDirOf('shop', 'order'), 'root-cert.pem'), join(tokens, 'root-cert.pem'));
    const told = flags.map((flag) => (flag === 'TOKENS' ? tokens : flag));
    const state = ['--state-dir', join(tokens, 'state')];
    const run = weft('envoy', '--workload-group', 'shop/order', ...state, ...byHand, ...told);
    return [await run.ended, run.output()];
  };
  const answers = await Promise.all(wrong.map(([flags]) => ask(flags)));
  expect(answers).toEqual(wrong.map(([, code, sentence]) => [code, expect.stringContaining(sentence)]));
});

test('an Envoy that is killed comes back with its agent', async () => {
  const before = processNamed('inventory-sidecar');
  process.kill(before?.pid ?? 0, 'SIGKILL');
  await eventually(async () => /^inventory-sidecar +ready.*again$/m.test(up.output()));
  expect(processNamed('inventory-sidecar')?.pid).not.toBe(before?.pid);
  await eventually(async () => (await fetch(`${shop}/api/products`)).status === 200);
  const customer = await createCustomer(shop);
  expect(await customer.order()).toBe('confirmed');
});

function processes(): NonNullable<ReturnType<typeof readRunFile>>['processes'] {
  return readRunFile(layoutOf(dir).runFile)?.processes ?? [];
}

function processNamed(name: string): ReturnType<typeof processes>[number] | undefined {
  return processes().find((process) => process.name === name);
}
