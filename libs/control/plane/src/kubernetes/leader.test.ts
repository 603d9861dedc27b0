import { createManualClock } from '@weft/kernel';
import { createLogger } from '@weft/telemetry';
import { expect, it } from 'vitest';
import { createFakeCluster, type FakeCluster } from '../testing/fake-cluster.ts';
import { createLeader, leaseTimes } from './leader.ts';

const logger = createLogger({ name: 'test', level: 'silent' });
const path = '/apis/coordination.k8s.io/v1/namespaces/istio-system/leases/weft';
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

function replicas(...names: string[]) {
  const clock = createManualClock(1_700_000_000_000);
  const cluster = createFakeCluster();
  const leaders = names.map((identity) =>
    createLeader({
      client: cluster.client,
      namespace: 'istio-system',
      name: 'weft',
      identity,
      clock,
      random: () => 0.5,
      logger,
      onChange: () => {},
    }),
  );
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 500) {
      clock.advance(500);
      await turns();
    }
  };
  const leading = (): string[] => names.filter((_name, index) => leaders[index]?.leading());
  const start = async (): Promise<void> => {
    for (const leader of leaders) {
      leader.start();
      await turns();
    }
  };
  return { cluster, leaders, pass, leading, start };
}

const holder = ({ objects }: FakeCluster): unknown =>
  (objects.get(path)?.['spec'] as { holderIdentity?: unknown } | undefined)?.holderIdentity;

it('the first replica leads, and goes on to', async () => {
  const { cluster, pass, leading, start } = replicas('a', 'b');
  await start();
  expect(leading()).toEqual(['a']);
  await pass(60_000);
  expect([leading(), holder(cluster)]).toEqual([['a'], 'a']);
});

it('another leads at once where the leader stops', async () => {
  const { cluster, leaders, pass, leading, start } = replicas('a', 'b');
  await start();
  await leaders[0]?.stop();
  expect(holder(cluster)).toBe('');
  await pass(leaseTimes.retryMs * 1.5);
  expect(leading()).toEqual(['b']);
  expect(cluster.objects.get(path)?.['spec']).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 });
});

it('a leader that cannot renew stops to lead before another begins', async () => {
  const { cluster, pass, leading, start } = replicas('a', 'b');
  await start();
  cluster.refuse(({ body }) => {
    const spec = (body as { spec?: { holderIdentity?: string } } | undefined)?.spec;
    return spec?.holderIdentity === 'a' ? 500 : undefined;
  });
  const seen: string[] = [];
  for (let at = 0; at < 60; at++) {
    await pass(500);
    if (seen.at(-1) !== leading().join()) seen.push(leading().join());
  }
  expect(seen).toEqual(['a', '', 'b']);
});

it('of two that find the lease free one wins', async () => {
  const { cluster, leading, start, pass } = replicas('a', 'b');
  cluster.objects.set(path, { metadata: { name: 'weft', resourceVersion: '0' }, spec: { holderIdentity: '' } });
  await start();
  await pass(4_000);
  expect(leading()).toHaveLength(1);
});

it('nobody leads while the API server is away', async () => {
  const { cluster, leading, start, pass } = replicas('a');
  cluster.refuse(() => 503);
  await start();
  await pass(10_000);
  expect(leading()).toEqual([]);
});
