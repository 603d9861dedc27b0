import { describe, expect, it } from 'vitest';
import { type CheckedResource, type CheckedSet, checkConsistency } from './consistency.ts';
import type { References } from './references.ts';

const resource = (references: Partial<References> = {}, missingClusters: string[] = []): CheckedResource => ({
  references: { clusters: [], endpoints: [], routes: [], secrets: [], ...references },
  missingClusters,
});

const set = (parts: Partial<Record<keyof CheckedSet, Record<string, CheckedResource>>>): CheckedSet => ({
  cluster: new Map(Object.entries(parts.cluster ?? {})),
  endpoint: new Map(Object.entries(parts.endpoint ?? {})),
  listener: new Map(Object.entries(parts.listener ?? {})),
  route: new Map(Object.entries(parts.route ?? {})),
  secret: new Map(Object.entries(parts.secret ?? {})),
});

describe('the consistency check', () => {
  it('has nothing to say about a set that fits together', () => {
    const whole = set({
      cluster: { a: resource({ endpoints: ['a'], secrets: ['ROOTCA', 'default'] }) },
      endpoint: { a: resource() },
      listener: { l: resource({ routes: ['r'] }) },
      route: { r: resource({ clusters: ['a'] }) },
      secret: { ROOTCA: resource() },
    });
    expect(checkConsistency(whole)).toEqual([]);
  });

  it('finds a cluster that a route names and nobody made', () => {
    const broken = set({ listener: { l: resource({ routes: ['r'] }) }, route: { r: resource({ clusters: ['a'] }) } });
    expect(checkConsistency(broken)).toEqual(['route r names cluster a, which is neither there nor noted as missing']);
  });

  it('takes a missing cluster that was noted', () => {
    const noted = set({
      listener: { l: resource({ routes: ['r'] }) },
      route: { r: resource({ clusters: ['a'] }, ['a']) },
    });
    expect(checkConsistency(noted)).toEqual([]);
  });

  it('finds endpoints that are missing, and endpoints of no cluster', () => {
    const broken = set({ cluster: { a: resource({ endpoints: ['a'] }) }, endpoint: { b: resource() } });
    expect(checkConsistency(broken)).toEqual([
      'cluster a names endpoints a, which are not there',
      'endpoints b belong to no cluster',
    ]);
  });

  it('finds routes that are missing, and routes of no listener', () => {
    const broken = set({ listener: { l: resource({ routes: ['r'] }) }, route: { s: resource() } });
    expect(checkConsistency(broken)).toEqual([
      'listener l names route configuration r, which is not there',
      'route configuration s belongs to no listener',
    ]);
  });

  it('finds a secret that is missing, but never asks for the certificate', () => {
    const broken = set({ listener: { l: resource({ secrets: ['ROOTCA', 'default'] }) } });
    expect(checkConsistency(broken)).toEqual(['listener l names secret ROOTCA, which is not there']);
  });
});
