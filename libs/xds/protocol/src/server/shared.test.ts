/** What streams share: differences, encodings, sets of names. */

import { createManualClock } from '@weft/kernel';
import { describe, expect, it } from 'vitest';
import { createBatchEncoder, encodingIdleMs } from './batch-encoder.ts';
import { deltaVariant } from './delta.ts';
import { differencesBetween } from './map-difference.ts';
import { changedNames, noNames } from './name-sets.ts';
import { createRequestRate } from './request-rate.ts';
import { createSendGate, type GatedStream } from './send-gate.ts';
import { typeVersionOf } from './subscription.ts';
import type { LayeredResources, OpaqueResource, ResourcesByName } from './types.ts';

const resource = (name: string, version: string): OpaqueResource => ({ name, version, bytes: Buffer.alloc(100) });
const map = (...items: readonly (readonly [string, string])[]): ResourcesByName =>
  new Map(items.map(([name, version]) => [name, resource(name, version)]));

function layered(...layers: readonly ResourcesByName[]): LayeredResources {
  return Object.assign(new Map(layers.flatMap((layer) => [...layer])), { layers });
}

describe('differences', () => {
  it('are computed once per pair of maps', () => {
    const before = map(['a', '1'], ['b', '1']);
    const after = map(['a', '1'], ['b', '2']);
    const [first] = differencesBetween(before, after);
    expect(first?.changed.resources.map(({ name }) => name)).toEqual(['b']);
    expect(differencesBetween(before, after)[0]).toBe(first);
  });

  it('of layers are those of each, so that what is shared is shared', () => {
    const shared = map(['a', '1']);
    const next = map(['a', '2']);
    const one = layered(shared, map(['x', '1']));
    const [of] = differencesBetween(one, layered(next, map(['x', '1'])));
    expect(of).toBe(differencesBetween(shared, next)[0]);
  });
});

it('a version is of the content, whatever the order and the layers', () => {
  expect(typeVersionOf(map(['a', '1'], ['b', '2']))).toBe(typeVersionOf(map(['b', '2'], ['a', '1'])));
  expect(typeVersionOf(layered(map(['a', '1']), map(['b', '2'])))).toBe(typeVersionOf(map(['a', '1'], ['b', '2'])));
  expect(typeVersionOf(map(['a', '1']))).not.toBe(typeVersionOf(map(['a', '2'])));
});

describe('sets of names', () => {
  const many = Array.from({ length: 50 }, (_, index) => `cluster-${index}`);

  it('are one for all who take the same steps', () => {
    const set = changedNames(noNames, many, []);
    expect(changedNames(noNames, [...many], [])).toBe(set);
    expect(changedNames(set, ['more'], [])).toBe(changedNames(set, ['more'], []));
    expect(changedNames(set, many, ['unknown'])).toBe(set);
  });

  it('are not changed by those who take other steps', () => {
    const set = changedNames(noNames, many, []);
    changedNames(set, ['more'], ['cluster-0']);
    expect([set.size, set.has('more'), set.has('cluster-0')]).toEqual([50, false, true]);
  });
});

describe('encodings of batches', () => {
  const batch = (name: string, shared = true) => ({ resources: [resource(name, '1')], shared });

  function create() {
    const clock = createManualClock();
    const encoder = createBatchEncoder(250, clock);
    const encode = encoder.of(deltaVariant);
    return { clock, encoder, encode: (of: ReturnType<typeof batch>) => encode(of, 'type') };
  }

  it('are kept from the second time on, up to a bound in bytes, the longest unused going first', () => {
    const { encoder, encode } = create();
    const [a, b, c] = [batch('a'), batch('b'), batch('c')];
    expect([encode(a), encoder.size()]).toEqual([expect.anything(), 0]);
    const first = encode(a);
    encode(b);
    const second = encode(b);
    expect(encode(a)).toBe(first);
    encode(c);
    encode(c);
    expect(encoder.size()).toBeLessThanOrEqual(250);
    expect(encode(a)).toBe(first);
    expect(encode(b)).not.toBe(second);
  });

  it('are let go when nobody has asked for them for a while', () => {
    const { encoder, encode, clock } = create();
    const a = batch('a');
    for (let time = 0; time < 2; time++) encode(a);
    expect(encoder.size()).toBeGreaterThan(0);
    clock.advance(2 * encodingIdleMs);
    expect([encoder.size(), clock.pending()]).toEqual([0, 0]);
  });

  it('are not kept where nobody shares them', () => {
    const { encoder, encode } = create();
    const own = batch('a', false);
    for (let time = 0; time < 3; time++) encode(own);
    expect(encoder.size()).toBe(0);
  });
});

describe('back-pressure over all streams', () => {
  const limits = {
    unsentPerStreamMax: 100,
    unsentMax: 150,
    stalledAfterMs: 1000,
    stalledMax: 250,
    sendTimeoutMs: 5000,
  };

  function stream(log: string[], name: string): GatedStream {
    return {
      resume: () => void log.push(`${name} resumes`),
      cut: (reason) => void log.push(`${name} is cut: ${reason}`),
    };
  }

  it('stops at the bound of one stream and of all, and wakes who waits in turn', () => {
    const log: string[] = [];
    const gate = createSendGate(limits, createManualClock());
    const [a, b, c] = [stream(log, 'a'), stream(log, 'b'), stream(log, 'c')];
    gate.wrote(a, 100);
    expect([gate.mayWrite(a), gate.mayWrite(b)]).toEqual([false, true]);
    gate.wrote(b, 60);
    expect(gate.mayWrite(c)).toBe(false);
    gate.drained(b, 60);
    expect(log).toEqual(['c resumes']);
    gate.drained(a, 100);
    expect(log).toEqual(['c resumes', 'a resumes']);
    expect(gate.unsent()).toBe(0);
  });

  it('lets others go on while one stalls, and ends it when it has read nothing for too long', () => {
    const log: string[] = [];
    const clock = createManualClock();
    const gate = createSendGate(limits, clock);
    const [slow, other] = [stream(log, 'slow'), stream(log, 'other')];
    gate.wrote(slow, 200);
    expect(gate.mayWrite(other)).toBe(false);
    clock.advance(1000);
    expect(log).toEqual(['other resumes']);
    clock.advance(4000);
    expect(log[1]).toBe('slow is cut: nothing was read for 5000 ms');
    expect([gate.unsent(), clock.pending()]).toEqual([0, 0]);
  });

  it('ends the longest stalled when together they hold too much', () => {
    const log: string[] = [];
    const clock = createManualClock();
    const gate = createSendGate(limits, clock);
    for (const name of ['first', 'second', 'third']) {
      gate.wrote(stream(log, name), 100);
      clock.advance(1000);
    }
    expect(log).toEqual(['first is cut: too many proxies do not read, and this is the slowest']);
    expect(gate.unsent()).toBe(200);
  });
});

it('a stream may ask in a burst, and then at a rate', () => {
  const clock = createManualClock();
  const allowed = createRequestRate({ requestsBurstMax: 3, requestsPerSecondMax: 2 }, clock);
  expect([allowed(), allowed(), allowed(), allowed()]).toEqual([true, true, true, false]);
  clock.advance(500);
  expect([allowed(), allowed()]).toEqual([true, false]);
});
