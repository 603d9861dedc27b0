import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createManualClock, systemClock } from '@weft/kernel';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { discoveryContract, instance } from '../testing/discovery.contract.ts';
import { createFileDiscovery } from './file-discovery.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'discovery-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('discovery in a folder', () => {
  discoveryContract(() => createFileDiscovery({ folder: join(folder, 'register'), clock: systemClock, pollMs: 20 }));

  it('is shared by processes that name the same folder', async () => {
    const one = createFileDiscovery({ folder, clock: systemClock });
    const other = createFileDiscovery({ folder, clock: systemClock });
    await one.register(instance('a'));
    expect(await other.discover('inventory')).toEqual([instance('a')]);
    await Promise.all([one.stop(), other.stop()]);
  });

  it('keeps an instance that sends heartbeats and drops one that died, after its lease', async () => {
    const clock = createManualClock();
    const living = createFileDiscovery({ folder, clock, leaseMs: 3000 });
    const dead = createFileDiscovery({ folder, clock, leaseMs: 3000 });
    await living.register(instance('living'));
    await dead.register(instance('dead'));
    await dead.stop();
    clock.advance(2999);
    expect(await living.discover('inventory')).toHaveLength(2);
    clock.advance(1);
    expect(await living.discover('inventory')).toEqual([instance('living')]);
    await living.stop();
  });

  it('tells a watch when a lease runs out', async () => {
    const clock = createManualClock();
    const watching = createFileDiscovery({ folder, clock, pollMs: 100 });
    const dying = createFileDiscovery({ folder, clock, leaseMs: 300 });
    await dying.register(instance('a'));
    await dying.stop();
    const seen: number[] = [];
    watching.watch('inventory', (instances) => seen.push(instances.length));
    clock.advance(400);
    expect(seen).toEqual([1, 0]);
    await watching.stop();
  });

  it("ignores other people's files and half of one", async () => {
    const discovery = createFileDiscovery({ folder, clock: systemClock });
    writeFileSync(join(folder, 'inventory~x.json'), '{"id":"x","serv');
    writeFileSync(join(folder, 'inventory~y.json'), '{"id":"y"}');
    writeFileSync(join(folder, 'README'), 'hello');
    await discovery.register(instance('a'));
    expect(await discovery.discover('inventory')).toEqual([instance('a')]);
    await discovery.stop();
  });

  it('leaves no temporary file behind', async () => {
    const discovery = createFileDiscovery({ folder, clock: systemClock });
    const registration = await discovery.register(instance('a'));
    await registration.setHealthy(false);
    expect(readdirSync(folder)).toEqual(['inventory~a.json']);
    await discovery.stop();
  });

  it('says what failed when the folder cannot be used', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    expect(() => createFileDiscovery({ folder: join(file, 'register'), clock: systemClock })).toThrow(
      expect.objectContaining({ code: 'storage_failed' }),
    );
  });
});
