/** Judgements of descriptors: windows, shadows, many hits, and the bound of memory. */

import { create } from '@bufbuild/protobuf';
import { createManualClock } from '@weft/kernel';
import { describe, expect, it } from 'vitest';
import {
  RateLimitResponse_Code as Code,
  RateLimitRequestSchema,
} from '../generated/envoy/service/ratelimit/v3/rls_pb.ts';
import { parseRules } from './config/parse-rules.ts';
import { createFallbackCounters, type OnFailure } from './counters/fallback-counters.ts';
import { createMemoryCounters } from './counters/memory-counters.ts';
import { createLimiter, keyLengthMax } from './limiter.ts';

const rules = parseRules(
  'a.yaml',
  `
domain: d
descriptors:
  - key: who
    rate_limit: { unit: minute, requests_per_unit: 2, name: who }
  - key: shadow
    rate_limit: { unit: minute, requests_per_unit: 0 }
    shadow_mode: true
  - key: free
    rate_limit: { unlimited: true }
`,
);

function setUp(counters = createMemoryCounters(createManualClock())) {
  const clock = createManualClock(61_000);
  if (!('domain' in rules)) throw new Error('rules');
  const table = new Map([[rules.domain, rules.root]]);
  const limiter = createLimiter(() => table, counters, clock);
  const judge = (keys: readonly string[], value = 'me', hitsAddend = 0, domain = 'd') =>
    limiter.judge(
      create(RateLimitRequestSchema, {
        domain,
        hitsAddend,
        descriptors: keys.map((key) => ({ entries: [{ key, value }] })),
      }),
    );
  return { clock, judge };
}

describe('the limiter', () => {
  it('counts in windows aligned with the clock', async () => {
    const { clock, judge } = setUp();
    const codes: Code[] = [];
    for (let i = 0; i < 3; i += 1) codes.push((await judge(['who'])).overallCode);
    expect(codes).toEqual([Code.OK, Code.OK, Code.OVER_LIMIT]);
    const [status] = (await judge(['who'])).statuses;
    expect(status).toMatchObject({ code: Code.OVER_LIMIT, limitRemaining: 0 });
    expect(status?.currentLimit).toMatchObject({ name: 'who', requestsPerUnit: 2 });
    expect(status?.durationUntilReset?.seconds).toBe(59n);
    expect((await judge(['who'], 'you')).overallCode).toBe(Code.OK);
    clock.advance(59_000);
    expect((await judge(['who'])).statuses[0]).toMatchObject({ code: Code.OK, limitRemaining: 1 });
  });

  it('adds as many hits as it is told', async () => {
    const { judge } = setUp();
    expect((await judge(['who'], 'me', 3)).overallCode).toBe(Code.OVER_LIMIT);
  });

  it('never refuses in shadow mode, without a limit, or for another domain', async () => {
    const { judge } = setUp();
    const { overallCode, statuses } = await judge(['shadow', 'free', 'none']);
    expect(overallCode).toBe(Code.OK);
    expect(statuses.map(({ code, limitRemaining }) => [code, limitRemaining])).toEqual([
      [Code.OK, 0],
      [Code.OK, 0xffff_ffff],
      [Code.OK, 0],
    ]);
    expect((await judge(['who'], 'me', 9, 'other')).overallCode).toBe(Code.OK);
  });

  it('keeps long keys as their hash, each apart from the others', async () => {
    const counters = createMemoryCounters(createManualClock());
    const keys: string[] = [];
    const { judge } = setUp({
      ...counters,
      add: (hits) => {
        keys.push(...hits.map(({ key }) => key));
        return counters.add(hits);
      },
    });
    for (const end of ['a', 'b']) await judge(['who'], `${'x'.repeat(keyLengthMax)}${end}`);
    expect(new Set(keys).size).toBe(2);
    for (const key of keys) expect(key.length).toBeLessThan(keyLengthMax);
  });

  it('bounds the keys in memory', async () => {
    const clock = createManualClock();
    const counters = createMemoryCounters(clock, 10);
    for (let i = 0; i < 25; i += 1) await counters.add([{ key: String(i), addend: 1, expiresAtMs: 1_000 }]);
    expect(counters.size()).toBe(10);
    expect(await counters.add([{ key: '24', addend: 1, expiresAtMs: 1_000 }])).toEqual([2]);
    clock.advance(1_000);
    await counters.add([{ key: 'new', addend: 1, expiresAtMs: 2_000 }]);
    expect(counters.size()).toBe(1);
  });

  const outcomes: readonly (readonly [OnFailure, readonly Code[]])[] = [
    ['allow', [Code.OK, Code.OK, Code.OK]],
    ['deny', [Code.OVER_LIMIT, Code.OVER_LIMIT, Code.OVER_LIMIT]],
    ['memory', [Code.OK, Code.OK, Code.OVER_LIMIT]],
  ];
  for (const [onFailure, wanted] of outcomes) {
    it(`does "${onFailure}" while the shared counts are down, and says so once`, async () => {
      let down = true;
      const changes: (string | undefined)[] = [];
      const counters = createFallbackCounters({
        shared: {
          add: async (hits) => (down ? Promise.reject(new Error('down')) : hits.map(() => 1)),
          close: async () => {},
        },
        memory: createMemoryCounters(createManualClock()),
        onFailure,
        onChange: (error) => changes.push(error?.message),
      });
      const { judge } = setUp(counters as ReturnType<typeof createMemoryCounters>);
      const codes: Code[] = [];
      for (let i = 0; i < 3; i += 1) codes.push((await judge(['who'])).overallCode);
      expect(codes).toEqual(wanted);
      down = false;
      expect((await judge(['who'])).overallCode).toBe(Code.OK);
      expect(changes).toEqual(['down', undefined]);
    });
  }
});
