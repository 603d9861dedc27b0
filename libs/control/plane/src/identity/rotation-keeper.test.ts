import type { Authority, IssuedCertificates, RotationPhase } from '@weft/control-ca';
import type { Snapshot } from '@weft/control-compiler';
import { createManualClock, type ManualClock } from '@weft/kernel';
import { createLogger } from '@weft/telemetry';
import { xdsTypes } from '@weft/xds-protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ProxyStatus } from '../operator-api/operator-view.ts';
import { createRotationKeeper, lookMs, type RotationKeeper, returnMs, settleMs } from './rotation-keeper.ts';

const roots = 'old and new root';
let clock: ManualClock;
let phase: RotationPhase;
let sinceMs: number;
/** Proxies with a stream: whether they took the roots, and how often they were certified by the new root. */
let here: Map<string, { readonly roots: boolean; readonly certified: boolean }>;
let absent: string[];

beforeEach(() => {
  clock = createManualClock();
  phase = 'steady';
  here = new Map();
  absent = [];
});

const statusOf = (id: string): ProxyStatus => {
  const state = here.get(id)?.roots ? 'SYNCED' : 'STALE';
  const types = { SDS: { state, version: '', error: '' } };
  return { id, type: 'sidecar', namespace: 'shop', serviceAccount: id, types } as unknown as ProxyStatus;
};

/** A process that starts now. */
function start(): RotationKeeper {
  const enter = async (next: RotationPhase): Promise<void> => {
    phase = next;
    sinceMs = clock.now();
  };
  const secret = { name: 'ROOTCA', version: '1', bytes: Buffer.from(roots) };
  return createRotationKeeper({
    authority: {
      phase: () => ({ phase, sinceMs }),
      rootsPem: () => roots,
      issuers: () => [{ id: 'new' }],
      switchIssuer: () => enter('issuing'),
      finishRotation: () => enter('steady'),
    } as unknown as Authority,
    issued: {
      live: () =>
        [...here].flatMap(([id, { certified }]) =>
          certified ? [{ uri: `spiffe://cluster.local/ns/shop/sa/${id}`, issuer: 'new' }] : [],
        ),
    } as unknown as IssuedCertificates,
    trustDomain: 'cluster.local',
    clock,
    logger: createLogger({ name: 'test', level: 'fatal' }),
    proxies: () => [...here.keys()].map(statusOf),
    absent: () => absent,
    snapshot: () => ({ resources: new Map([[xdsTypes.SDS, new Map([['ROOTCA', secret]])]]) }) as unknown as Snapshot,
  });
}

const trust = (): void => {
  phase = 'trusting';
  sinceMs = clock.now();
};
const refusal = (keeper: RotationKeeper): Promise<unknown> =>
  keeper.finish(false).catch((error: Error) => error.message);

describe('a new root', () => {
  it('signs when all proxies trust it, and not before', () => {
    start();
    here.set('a', { roots: true, certified: false }).set('b', { roots: false, certified: false });
    trust();
    clock.advance(settleMs + lookMs);
    expect(phase).toBe('trusting');
    here.set('b', { roots: true, certified: false });
    clock.advance(lookMs);
    expect(phase).toBe('issuing');
  });

  it('waits for a proxy whose stream has just ended: nobody knows what it trusts', () => {
    const keeper = start();
    here.set('a', { roots: true, certified: false });
    absent = ['b'];
    trust();
    clock.advance(60_000);
    expect(phase).toBe('trusting');
    expect(keeper.waitingFor()).toEqual(['b']);
    absent = [];
    clock.advance(lookMs);
    expect(phase).toBe('issuing');
  });

  it('does not sign right after a restart, when no proxy is back yet', () => {
    trust();
    clock.advance(60_000);
    start();
    clock.advance(returnMs - lookMs);
    expect(phase).toBe('trusting');
    here.set('a', { roots: false, certified: false });
    clock.advance(60_000);
    expect(phase).toBe('trusting');
    here.set('a', { roots: true, certified: false });
    clock.advance(lookMs);
    expect(phase).toBe('issuing');
  });
});

describe('the old root', () => {
  it('goes when every proxy has a certificate of the new one', async () => {
    const keeper = start();
    here.set('a', { roots: true, certified: false });
    phase = 'issuing';
    expect(await refusal(keeper)).toBe('not every proxy has a certificate of the new root: a');
    here.set('a', { roots: true, certified: true });
    await keeper.finish(false);
    expect(phase).toBe('steady');
  });

  it('stays right after a restart, unless it is told otherwise', async () => {
    phase = 'issuing';
    const keeper = start();
    expect(await refusal(keeper)).toMatch(/proxies are still on their way back: try again in 15 s$/);
    clock.advance(returnMs);
    absent = ['a', 'b'];
    expect(await refusal(keeper)).toBe('not every proxy has a certificate of the new root: a and 1 more');
    await keeper.finish(true);
    expect(phase).toBe('steady');
  });
});
