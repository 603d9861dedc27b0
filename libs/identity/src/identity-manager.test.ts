import { createManualClock, type ManualClock } from '@weft/kernel';
import { patience } from '@weft/kernel/testing';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import {
  createIdentityManager,
  type Identity,
  type IdentityManagerOptions,
  type StoredIdentity,
} from './identity-manager.ts';
import { retryDelayMs, retryMaxMs, rotationDelayMs } from './rotation.ts';
import { createFakeCa, type FakeCa } from './testing/index.ts';

const uri = 'spiffe://cluster.local/ns/shop/sa/order';
const dayMs = 86_400_000;

let clock: ManualClock;
let ca: FakeCa;

beforeEach(async () => {
  clock = createManualClock(Date.UTC(2030, 0, 1));
  ca = await createFakeCa(clock);
});

function setUp(changes: Partial<IdentityManagerOptions> = {}) {
  const saved: StoredIdentity[] = [];
  const seen: (Identity | undefined)[] = [];
  const problems: string[] = [];
  const sign = vi.fn((csrPem: string, ttlSeconds: number) => ca.sign(csrPem, uri, ttlSeconds));
  const manager = createIdentityManager({
    sign,
    clock,
    random: () => 0.5,
    store: { load: async () => saved.at(-1), save: async (identity) => void saved.push(identity) },
    onProblem: (sentence) => problems.push(sentence),
    ...changes,
  });
  manager.onChange((identity) => seen.push(identity));
  return { manager, saved, seen, problems, sign };
}

describe('the rotation schedule', () => {
  test('rotation is at half of the life, moved by at most one hundredth of it', () => {
    expect(rotationDelayMs(0, dayMs, 0, () => 0.5)).toBe(dayMs / 2);
    expect(rotationDelayMs(0, dayMs, 0, () => 0)).toBeCloseTo(dayMs * 0.49);
    expect(rotationDelayMs(0, dayMs, 0, () => 0.999999)).toBeLessThan(dayMs * 0.51);
    expect(rotationDelayMs(0, dayMs, dayMs, () => 0.5)).toBe(0);
  });

  test('the wait after failures doubles up to its bound', () => {
    expect(retryDelayMs(1, () => 0)).toBe(250);
    expect(retryDelayMs(2, () => 0)).toBe(500);
    expect(retryDelayMs(1000, () => 0.999999)).toBeLessThanOrEqual(retryMaxMs);
  });
});

describe('the identity manager', () => {
  test('it asks the CA at the start and keeps the certificate in the store', async () => {
    const { manager, saved, seen } = setUp();
    await manager.start();
    await vi.waitFor(() => expect(saved).toHaveLength(1), patience);
    expect(manager.current()?.uri).toBe(uri);
    expect(manager.current()?.rootPem).toBe(ca.rootPem);
    expect(manager.current()?.chain).toHaveLength(3);
    expect(seen).toEqual([manager.current()]);
    manager.stop();
    expect(clock.pending()).toBe(0);
  });

  test('at half-life a new key is certified and told', async () => {
    const { manager, seen, sign } = setUp();
    await manager.start();
    await vi.waitFor(() => expect(seen).toHaveLength(1), patience);
    clock.advance(dayMs / 2 - 10_000);
    expect(sign).toHaveBeenCalledTimes(1);
    clock.advance(20_000);
    await vi.waitFor(() => expect(seen).toHaveLength(2), patience);
    expect(seen[1]?.privateKeyPem).not.toBe(seen[0]?.privateKeyPem);
    expect(manager.current()).toBe(seen[1]);
    manager.stop();
  });

  test('while the CA fails the old certificate stays until it expires, then there is none', async () => {
    const { manager, seen, sign, problems } = setUp();
    await manager.start();
    await vi.waitFor(() => expect(seen).toHaveLength(1), patience);
    sign.mockRejectedValue(new Error('down'));
    clock.advance(dayMs / 2 + 1000);
    await vi.waitFor(() => expect(problems).toHaveLength(1), patience);
    expect(manager.current()).toBe(seen[0]);
    clock.advance(dayMs / 2);
    expect(manager.current()).toBeUndefined();
    expect(seen.at(-1)).toBeUndefined();
    expect(problems).toContain('the certificate has expired and the CA has not renewed it');
    manager.stop();
  });

  test('a CA that comes back is asked again after the back-off', async () => {
    const { manager, seen, sign, problems } = setUp();
    sign.mockRejectedValueOnce(new Error('not yet'));
    await manager.start();
    await vi.waitFor(() => expect(problems).toHaveLength(1), patience);
    expect(manager.current()).toBeUndefined();
    clock.advance(retryMaxMs);
    await vi.waitFor(() => expect(seen).toHaveLength(1), patience);
    manager.stop();
  });

  test('hurry cuts a back-off short, and does nothing once there is a certificate', async () => {
    const { manager, seen, sign, problems } = setUp();
    sign.mockRejectedValueOnce(new Error('not yet'));
    await manager.start();
    await vi.waitFor(() => expect(problems).toHaveLength(1), patience);
    manager.hurry();
    manager.hurry();
    await vi.waitFor(() => expect(seen).toHaveLength(1), patience);
    manager.hurry();
    expect(sign).toHaveBeenCalledTimes(2);
    manager.stop();
  });

  test('after a restart the stored certificate is used and the CA is not asked before half-life', async () => {
    const first = setUp();
    await first.manager.start();
    await vi.waitFor(() => expect(first.saved).toHaveLength(1), patience);
    first.manager.stop();
    const second = setUp({ store: { load: async () => first.saved[0], save: async () => {} } });
    await second.manager.start();
    expect(second.manager.current()?.uri).toBe(uri);
    expect(second.sign).not.toHaveBeenCalled();
    second.manager.stop();
  });

  test.each([
    [
      'a key of another certificate',
      (one: StoredIdentity, other: StoredIdentity) => ({ ...one, privateKeyPem: other.privateKeyPem }),
    ],
    ['a chain that is damaged', (one: StoredIdentity) => ({ ...one, chainPem: one.chainPem.slice(400) })],
    ['nonsense', () => ({ chainPem: 'x', privateKeyPem: 'y' })],
  ])('a stored certificate with %s is reported and replaced', async (_, damage) => {
    const makers = [setUp(), setUp()];
    for (const { manager } of makers) await manager.start();
    await vi.waitFor(() => expect(makers.map((maker) => maker.saved.length)).toEqual([1, 1]), patience);
    const [one, other] = makers.map((maker) => maker.saved[0] as StoredIdentity) as [StoredIdentity, StoredIdentity];
    const next = setUp({ store: { load: async () => damage(one, other), save: async () => {} } });
    await next.manager.start();
    await vi.waitFor(() => expect(next.seen).toHaveLength(1), patience);
    expect(next.problems).toEqual(['the stored certificate is of no use']);
    for (const { manager } of [...makers, next]) manager.stop();
  });

  test('a store that fails does not take the identity away', async () => {
    const store = { load: () => Promise.reject(new Error('EIO')), save: () => Promise.reject(new Error('ENOSPC')) };
    const { manager, problems } = setUp({ store });
    await manager.start();
    await vi.waitFor(() => expect(problems).toHaveLength(2), patience);
    expect(manager.current()?.uri).toBe(uri);
    manager.stop();
  });

  test('a certificate of a key that was not asked for is refused', async () => {
    const { csrPem } = await (await import('./certificate-request.ts')).createKeyAndRequest(undefined);
    const { manager, problems } = setUp({ sign: (_, ttl) => ca.sign(csrPem, uri, ttl) });
    await manager.start();
    await vi.waitFor(() => expect(problems).toHaveLength(1), patience);
    expect(manager.current()).toBeUndefined();
    manager.stop();
  });
});
