/** Weights, clusters that headers name, mirrors, subsets. */

import { createSeededRandom } from '@weft/kernel';
import { describe, expect, it } from 'vitest';
import { namedTargetsMax } from './targets.ts';
import { forwardOf, onlyRoute, refusal, request, testContext } from './testing/route-fixtures.ts';

const never = (): number => {
  throw new Error('asked');
};
const weighted = (more: Record<string, string | number> = {}) => ({
  weighted_clusters: {
    clusters: [
      { name: 'a', weight: 90 },
      { name: 'b', weight: 10 },
      { name: 'c', weight: 0 },
    ],
    ...more,
  },
});

describe('the target of a route', () => {
  it('is the one cluster, and chance is not asked', () => {
    const action = forwardOf({});
    expect(action.pick(never, request('GET a/'))?.clusterName).toBe('a');
    expect(action.targets[0]?.cluster.current?.name).toBe('a');
  });

  it('is chosen by weight', () => {
    const action = forwardOf(weighted());
    const random = createSeededRandom(7);
    const counts = new Map<string, number>();
    for (let turn = 0; turn < 10_000; turn += 1) {
      const name = action.pick(random, request('GET a/'))?.clusterName ?? '';
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    expect(Math.abs((counts.get('a') ?? 0) - 9_000)).toBeLessThan(150);
    expect(counts.get('c')).toBeUndefined();
    expect(action.targets.map((target) => target.weight)).toEqual([90, 10, 0]);
    expect(action.pick(() => 0.999_999, request('GET a/'))?.clusterName).toBe('b');
  });

  it.each([
    ['89', 'a'],
    ['90', 'b'],
    ['190', 'b'],
    ['18446744073709551615', 'a'],
  ])('is chosen by a header of %s', (value, expected) => {
    const action = forwardOf(weighted({ header_name: 'x-n' }));
    expect(action.pick(never, request('GET a/', { 'x-n': value }))?.clusterName).toBe(expected);
  });

  it('is left to chance where the header is no number', () => {
    const action = forwardOf(weighted({ header_name: 'x-n' }));
    expect(action.pick(() => 0.95, request('GET a/', { 'x-n': 'x' }))?.clusterName).toBe('b');
    expect(action.pick(() => 0.95, request('GET a/', { 'x-n': '18446744073709551616' }))?.clusterName).toBe('b');
  });

  it('is what a header names, where it names anything', () => {
    const action = forwardOf({ cluster_header: 'x-cluster' });
    expect(action.pick(never, request('GET a/'))).toBeUndefined();
    expect(action.pick(never, request('GET a/', { 'x-cluster': '' }))).toBeUndefined();
    expect(action.pick(never, request('GET a/', { 'x-cluster': 'b' }))?.cluster.current?.name).toBe('b');
    const unknown = action.pick(never, request('GET a/', { 'x-cluster': 'nope' }));
    expect([unknown?.clusterName, unknown?.cluster.current]).toEqual(['nope', undefined]);
  });

  it('keeps a bounded number of named targets', () => {
    const cluster = { name: 'x' } as ReturnType<ReturnType<typeof testContext>['clusterNamed']>;
    const action = forwardOf({ cluster_header: 'x-c' }, {}, {}, testContext({ clusterNamed: () => cluster }));
    const pick = (name: string) => action.pick(never, request('GET a/', { 'x-c': name }));
    const first = pick('first');
    expect(pick('first')).toBe(first);
    for (let index = 0; index < namedTargetsMax; index += 1) pick(`n${index}`);
    expect(pick('first')).not.toBe(first);
  });

  it('has its own host, subset and filter configurations', () => {
    const typed_per_filter_config = {
      f: { '@type': 'type.googleapis.com/envoy.config.route.v3.FilterConfig', disabled: true },
    };
    const lb = (version: string) => ({ filter_metadata: { 'envoy.lb': { version } } });
    const action = forwardOf({
      metadata_match: { filter_metadata: { 'envoy.lb': { version: 'v1', stage: 1, canary: true } } },
      weighted_clusters: {
        clusters: [
          { name: 'a', weight: 1, host_rewrite_literal: 'new', metadata_match: lb('v2'), typed_per_filter_config },
          { name: 'b', weight: 1 },
        ],
      },
    });
    expect(action.subset).toEqual({ version: 'v1', stage: '1', canary: 'true' });
    expect(action.targets[0]?.subset).toEqual({ version: 'v2', stage: '1', canary: 'true' });
    expect(action.targets[0]?.rewriteAuthority).toBe('new');
    expect(action.targets[0]?.filterConfigs?.size).toBe(1);
    expect(action.targets[1]).toMatchObject({
      subset: undefined,
      rewriteAuthority: undefined,
      filterConfigs: undefined,
    });
  });

  it('says where it is from', () => {
    const weft = {
      resource: 'VirtualService shop/payment',
      file: 'infra/mesh/payment.yaml',
      line: 17,
      rule: 'http[0]',
      targets: [
        { resource: 'VirtualService shop/payment', file: 'infra/mesh/payment.yaml', line: 21, rule: 'route[0]' },
      ],
    };
    const route = onlyRoute({ route: { cluster: 'a' }, metadata: { filter_metadata: { weft } } });
    expect(route.from).toEqual({ resource: weft.resource, file: weft.file, line: 17, rule: 'http[0]' });
    expect(route.action.kind === 'forward' && route.action.targets[0]?.from.line).toBe(21);
  });

  it.each([
    [
      {
        weighted_clusters: {
          clusters: [
            { name: 'a', weight: 4_294_967_295 },
            { name: 'b', weight: 1 },
          ],
        },
      },
      'the sum of the weights is over 4294967295',
    ],
    [{ weighted_clusters: { clusters: [{ name: 'a', weight: 0 }] } }, 'the sum of the weights must be over 0'],
    [
      { weighted_clusters: { clusters: [{ cluster_header: 'x', weight: 1 }] } },
      'field cluster_header is not supported',
    ],
    [{ cluster_header: ':nope' }, 'this name is not supported'],
    [{ metadata_match: { filter_metadata: { other: { a: 'b' } } } }, 'metadata_match: other is not supported'],
    [{ metadata_match: { filter_metadata: { 'envoy.lb': { a: ['b'] } } } }, 'metadata_match: a is no text'],
  ])('refuses %j', (action, message) => {
    expect(refusal(() => forwardOf(action))).toContain(message);
  });
});

describe('mirrors', () => {
  const share = { default_value: { numerator: 5, denominator: 'TEN_THOUSAND' } };
  const mirror = [
    { cluster: 'b', runtime_fraction: share, disable_shadow_host_suffix_append: true, trace_sampled: false },
  ];

  it('have a target and a share', () => {
    const [policy] = forwardOf({ request_mirror_policies: mirror }).mirrors;
    expect(policy).toMatchObject({ share: 0.0005, keepHost: true, traceSampled: false });
    expect(policy?.target(request('GET a/'))?.clusterName).toBe('b');
    const [plain] = forwardOf({ request_mirror_policies: [{ cluster_header: 'x-m' }] }).mirrors;
    expect(plain).toMatchObject({ share: 1, keepHost: false, traceSampled: undefined });
    expect(plain?.target(request('GET a/', { 'x-m': 'c' }))?.clusterName).toBe('c');
    expect(plain?.target(request('GET a/'))).toBeUndefined();
  });

  it('come from the virtual host or the table where the route has none', () => {
    const named = (cluster: string) => ({ request_mirror_policies: [{ cluster }] });
    const nameOf = (action: ReturnType<typeof forwardOf>) => action.mirrors[0]?.target(request('GET a/'))?.clusterName;
    expect(nameOf(forwardOf({}, named('b'), named('c')))).toBe('b');
    expect(nameOf(forwardOf({}, {}, named('c')))).toBe('c');
    expect(nameOf(forwardOf(named('a'), named('b'), named('c')))).toBe('a');
  });

  it('are refused without a target', () => {
    expect(refusal(() => forwardOf({ request_mirror_policies: [{}] }))).toContain('one of cluster and cluster_header');
  });
});
