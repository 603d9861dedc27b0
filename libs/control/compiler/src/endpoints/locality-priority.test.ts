import { describe, expect, it } from 'vitest';
import { localityGroups, type Member } from './locality-priority.ts';

const member = (locality: string, labels: Record<string, string> = {}, weight = 1): Member => ({
  locality,
  labels,
  network: '',
  weight,
});
const client = { locality: 'r1/z1/s1', labels: { tier: 'a' }, network: '' };
const everywhere = ['r1/z1/s1', 'r1/z1/s2', 'r1/z2', 'r2/z1', 'r3/z1'].map((locality) => member(locality));

type Rules = Parameters<typeof localityGroups>[2];

const priorities = (rules: Rules, failover = true, members = everywhere, who = client) =>
  Object.fromEntries(
    localityGroups(members, who, rules, failover).map((group) => [
      `${group.locality}${Object.values(group.members[0]?.labels ?? {}).join('')}`,
      group.priority,
    ]),
  );

describe('failover', () => {
  it('prefers zone parts that are the same, then the region, then the rest', () => {
    expect(priorities({})).toEqual({ 'r1/z1/s1': 0, 'r1/z1/s2': 1, 'r1/z2': 2, 'r2/z1': 3, 'r3/z1': 3 });
  });

  it("puts regions last that the rule of the client's region does not lead to", () => {
    expect(priorities({ failover: [{ from: 'r1', to: 'r3' }] })).toMatchObject({ 'r3/z1': 3, 'r2/z1': 4 });
    expect(priorities({ failover: [{ from: 'r9', to: 'r3' }] })).toMatchObject({ 'r3/z1': 3, 'r2/z1': 3 });
  });

  it('leaves no gap between priorities', () => {
    const members = [member('r1/z2'), member('r9/z1')];
    expect(priorities({}, true, members)).toEqual({ 'r1/z2': 0, 'r9/z1': 1 });
  });

  it.each<[string, Rules, boolean, typeof client]>([
    ['without outlier detection', {}, false, client],
    ['for a client without locality', {}, true, { ...client, locality: '' }],
    ['where it is switched off', undefined, true, client],
  ])('is not there %s', (_what, rules, failover, who) => {
    expect(new Set(Object.values(priorities(rules, failover, everywhere, who)))).toEqual(new Set([0]));
  });
});

describe('failoverPriority', () => {
  const members = [member('r1/z1', { tier: 'a' }), member('r1/z1', { tier: 'b' }), member('r2/z1', { tier: 'a' })];

  it('counts the labels that agree from the first on, also inside one locality', () => {
    const rules = { failoverPriority: ['tier', 'topology.kubernetes.io/region'] };
    expect(priorities(rules, true, members)).toEqual({ 'r1/z1a': 0, 'r2/z1a': 1, 'r1/z1b': 2 });
  });

  it("takes a value of its own in place of the client's", () => {
    expect(priorities({ failoverPriority: ['tier=b'] }, true, members)).toMatchObject({ 'r1/z1b': 0, 'r1/z1a': 1 });
  });

  it('decides before localities where both are said', () => {
    const rules = { failoverPriority: ['tier'], failover: [{ from: 'r1', to: 'r2' }] };
    expect(priorities(rules, true, members)).toEqual({ 'r1/z1a': 0, 'r2/z1a': 1, 'r1/z1b': 2 });
  });
});

describe('distribute', () => {
  const weights = (rules: Rules, members = everywhere) =>
    Object.fromEntries(localityGroups(members, client, rules, false).map(({ locality, weight }) => [locality, weight]));

  it('gives each locality the share of the first pattern that matches it, and nothing to the others', () => {
    const to = { 'r1/z1/*': 60, 'r2/*': 40 };
    expect(weights({ distribute: [{ from: 'r1/z1/*', to }] })).toEqual({ 'r1/z1/s1': 30, 'r1/z1/s2': 30, 'r2/z1': 40 });
  });

  it('divides a share by weights, rounded up', () => {
    const members = [member('r2/a', {}, 1), member('r2/b', {}, 2)];
    expect(weights({ distribute: [{ from: '*', to: { 'r2/*': 100 } }] }, members)).toEqual({ 'r2/a': 34, 'r2/b': 67 });
  });

  it('holds for nobody whose locality no rule starts from', () => {
    expect(Object.keys(weights({ distribute: [{ from: 'r9/*', to: { 'r2/*': 100 } }] })).length).toBe(5);
  });
});
