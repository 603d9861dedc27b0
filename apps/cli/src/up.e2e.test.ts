/** The two commands, as a user types them: the real processes, on the real ports. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { delay, systemClock } from '@weft/kernel';
import { isRunning, layoutOf, readRunFile, stopEverything } from '@weft/operator-launcher';
import { createCustomer } from '@weft/testing-shop';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { explainCanaryCharge } from './testing/canary-charge.ts';
import { startWeft, type WeftProcess } from './testing/weft-process.ts';

const shop = 'http://127.0.0.1:8080';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'weft-up-'));
});

afterEach(async () => {
  await stopEverything(systemClock, layoutOf(dir));
  rmSync(dir, { recursive: true, force: true });
});

const weft = (...args: string[]): WeftProcess => startWeft([...args, '--dir', dir]);

function processes(): NonNullable<ReturnType<typeof readRunFile>>['processes'] {
  return readRunFile(layoutOf(dir).runFile)?.processes ?? [];
}

/** Kills it as hard as can be, and waits until its successor is ready. */
async function killAndWait(running: WeftProcess, name: string): Promise<void> {
  const before = processes().find((item) => item.name === name);
  const readyLine = new RegExp(`^${name} +ready.*again$`, 'gm');
  const readyTimes = (): number => running.output().match(readyLine)?.length ?? 0;
  const seen = readyTimes();
  process.kill(before?.pid ?? 0, 'SIGKILL');
  const until = systemClock.monotonic() + 30_000;
  while (readyTimes() === seen) {
    if (systemClock.monotonic() > until) throw new Error(`${name} did not come back:\n${running.output()}`);
    await delay(systemClock, 50);
  }
}

test('the mesh starts, takes orders over kills of its parts, explains itself, and leaves nothing', async () => {
  const up = weft('up');
  await up.said('Ctrl-C stops everything');
  expect(processes()).toHaveLength(13);

  const customer = await createCustomer(shop);
  expect(await customer.order()).toBe('confirmed');
  expect(await customer.order('tok_declined')).toBe('rejected');

  const explain = weft(...explainCanaryCharge);
  expect(await explain.ended).toBe(0);
  expect(explain.output()).toMatch(
    /canary-header +infra\/mesh\/payment\.yaml:\d+ VirtualService shop\/payment http\[0\]/,
  );
  expect(explain.output()).toContain('spiffe://cluster.local/ns/shop/sa/payment');

  for (const name of ['payment-v2', 'control-plane', 'order-sidecar']) {
    await killAndWait(up, name);
    expect(await customer.order()).toBe('confirmed');
  }

  const second = weft('up');
  expect(await second.ended).toBe(1);
  expect(second.output()).toContain(`already running, pid ${up.child.pid}; \`npx weft down\` stops it`);

  const running = processes();
  up.child.kill('SIGINT');
  expect(await up.ended).toBe(0);
  expect(running.some(isRunning)).toBe(false);
}, 300_000);

test('the shop runs with no mesh at all', async () => {
  const up = weft('up', '--mesh', 'off');
  await up.said('Ctrl-C stops everything');
  expect(
    processes()
      .map((item) => item.name)
      .sort(),
  ).toEqual([...['inventory', 'order', 'payment-v1', 'payment-v2', 'postgres', 'user']]);
  const addresses = {
    users: 'http://127.0.0.1:21000',
    orders: 'http://127.0.0.1:21010',
    products: 'http://127.0.0.1:21020',
  };
  const customer = await createCustomer(addresses);
  expect(await customer.order()).toBe('confirmed');
  const running = processes();
  const down = weft('down');
  expect(await down.ended).toBe(0);
  expect(await up.ended).toBe(0);
  expect(running.some(isRunning)).toBe(false);
  expect(readFileSync(layoutOf(dir).logOf('order'), 'utf8')).not.toContain(readPassword('order'));
}, 200_000);

function readPassword(role: string): string {
  return readFileSync(join(layoutOf(dir).postgres, `${role}.password`), 'utf8').trim();
}
