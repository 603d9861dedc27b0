/** Names that become endpoints: families, one address at a time, and waits after failures. */

import { createManualClock } from '@weft/kernel';
import { describe, expect, it } from 'vitest';
import { unknownWorkload } from '../metadata.ts';
import type { DnsSpec } from './discovery.ts';
import { startDnsRefresh } from './dns-refresh.ts';

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function setUp(change: Partial<DnsSpec> = {}) {
  const clock = createManualClock();
  const asked: number[] = [];
  const resolved: string[][] = [];
  let answer: readonly string[] | undefined = ['::1', '10.0.0.1', '10.0.0.2'];
  const spec: DnsSpec = {
    kind: 'dns',
    logical: false,
    family: 'auto',
    refreshMs: 5_000,
    failureRefreshMs: 1_000,
    failureRefreshMaxMs: 3_000,
    assignment: {
      overprovisioningFactor: 140,
      endpoints: [
        {
          address: 'api.test',
          port: 80,
          hostname: '',
          weight: 1,
          priority: 0,
          locality: '',
          localityWeight: 0,
          lbMetadata: {},
          healthy: true,
          degraded: false,
          workload: unknownWorkload,
          check: { port: 0, address: '', hostname: '', disabled: false },
          transportMatch: {},
        },
      ],
    },
    ...change,
  };
  const stop = startDnsRefresh({
    spec,
    clock,
    resolve: () => {
      asked.push(clock.now());
      return answer === undefined ? Promise.reject(new Error('no name server')) : Promise.resolve(answer);
    },
    onResolved: (endpoints) => resolved.push(endpoints.map(({ address }) => address)),
  });
  const advance = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await settle();
  };
  return { clock, asked, resolved, stop, advance, say: (next: readonly string[] | undefined) => (answer = next) };
}

describe('a name', () => {
  it.each([
    ['auto', ['::1']],
    ['v4-only', ['10.0.0.1', '10.0.0.2']],
    ['v6-only', ['::1']],
    ['v4-preferred', ['10.0.0.1', '10.0.0.2']],
    ['all', ['::1', '10.0.0.1', '10.0.0.2']],
  ] as const)('with the family %s resolves to %j', async (family, expected) => {
    const { resolved, stop } = setUp({ family });
    await settle();
    expect(resolved).toEqual([expected]);
    stop();
  });

  it('of a logical cluster keeps its address as long as it has it', async () => {
    const { resolved, advance, say, stop } = setUp({ logical: true, family: 'v4-only' });
    await settle();
    say(['10.0.0.2', '10.0.0.1']);
    await advance(5_000);
    say(['10.0.0.2', '10.0.0.3']);
    await advance(5_000);
    expect(resolved).toEqual([['10.0.0.1'], ['10.0.0.1'], ['10.0.0.2']]);
    stop();
  });

  it('that cannot be resolved is asked for again after waits that double, and changes nothing', async () => {
    const { asked, resolved, advance, say, clock, stop } = setUp();
    await settle();
    say(undefined);
    for (const ms of [5_000, 1_000, 2_000, 3_000, 3_000]) await advance(ms);
    expect(asked).toEqual([0, 5_000, 6_000, 8_000, 11_000, 14_000]);
    expect(resolved).toHaveLength(1);
    stop();
    expect(clock.pending()).toBe(0);
  });
});
