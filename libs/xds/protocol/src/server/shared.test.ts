/** What streams share: differences, encodings, sets of names. */

import { createManualClock } from '@weft/kernel';
import { describe, expect, it } from 'vitest';
import { createBatchEncoder } from './batch-encoder.ts';
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
  it('are kept up to a bound in bytes, the longest unused going first', () => {
    const encoder = createBatchEncoder(250);
    const encode = encoder.of(deltaVariant);
    const batch = (name: string) => ({ resources: [resource(name, '1')], shared: true });
    const [a, b, c] = [batch('a'), batch('b'), batch('c')];
    const first = encode(a, 'type');
    const second = encode(b, 'type');
    expect(encode(a, 'type')).toBe(first);
    encode(c, 'type');
    expect(encoder.size()).toBeLessThanOrEqual(250);
    expect(encode(b, 'type')).not.toBe(second);
  });

  it('are not kept where nobody shares them', () => {
    const encoder = createBatchEncoder(400);
    encoder.of(deltaVariant)({ resources: [resource('a', '1')], shared: false }, 'type');
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
