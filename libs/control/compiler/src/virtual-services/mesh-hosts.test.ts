import { describe, expect, it } from 'vitest';
import type { IndexedVirtualService } from '../model-index.ts';
import type { ServiceShape } from '../scope/service-shape.ts';
import { shadowedHosts, spokenFor } from './mesh-hosts.ts';

const rules = (name: string, hosts: readonly string[], extra: Partial<IndexedVirtualService> = {}) =>
  ({
    resource: { name, namespace: 'shop', annotations: {} },
    hosts,
    mesh: true,
    gateways: new Set(),
    rules: [{}],
    notices: [],
    ...extra,
  }) as unknown as IndexedVirtualService;

function chosen(services: readonly string[], ...all: readonly IndexedVirtualService[]): readonly string[] {
  const byHost = new Map(services.map((host) => [host, { host } as ServiceShape]));
  return spokenFor({ virtualServices: all }, byHost, 'shop').map(
    ({ rules: { resource }, services: mine, others }) =>
      `${resource.name}: ${mine.map(({ host }) => host).join(' ')} | ${others.join(' ')}`,
  );
}

describe('who speaks for a host inside the mesh', () => {
  it('is everyone who names it, in order of age: the first that says anything to a caller holds', () => {
    expect(chosen(['a.b'], rules('one', ['a.b']), rules('two', ['a.b', 'c.d']))).toEqual([
      'one: a.b | ',
      'two: a.b | c.d',
    ]);
  });

  it('is the most specific of patterns, and a name before any of them', () => {
    const all = rules('all', ['*.b.c', '*.c']);
    const near = rules('near', ['*.a.b.c']);
    const exact = rules('exact', ['x.a.b.c']);
    expect(chosen(['x.a.b.c', 'y.a.b.c', 'z.b.c', 'u.c'], all, near, exact)).toEqual([
      'all: z.b.c u.c | ',
      'near: y.a.b.c | ',
      'exact: x.a.b.c | ',
    ]);
  });

  it('is the oldest of equal patterns', () => {
    expect(chosen(['a.b'], rules('one', ['*.b']), rules('two', ['*.b']))).toEqual(['one: a.b | ']);
  });

  it('takes a pattern for a host of its own only where it covers no service and lies in none', () => {
    expect(chosen(['a.b', '*.wild'], rules('r', ['*.other', '*.b', '*.in.wild', '*.wild', 'x.wild']))).toEqual([
      'r: a.b *.wild | *.other x.wild',
    ]);
  });

  it('is nobody who is for gateways alone or has no HTTP rules', () => {
    expect(chosen(['a.b'], rules('g', ['a.b'], { mesh: false }), rules('t', ['a.b'], { rules: [] }))).toEqual([]);
  });
});

describe('hosts that an older VirtualService has', () => {
  it('are told with the one that holds', () => {
    const [one, two] = [rules('one', ['a.b']), rules('two', ['c.d', 'a.b'])];
    expect(shadowedHosts({ virtualServices: [one, two] })).toEqual([{ rules: two, position: 1, winner: one }]);
  });
});
