import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { RouteConfigurationSchema } from '@weft/xds-messages/envoy/config/route/v3/route';
import { VirtualHostSchema } from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { RouterSchema } from '@weft/xds-messages/envoy/extensions/filters/http/router/v3/router';
import { describe, expect, it } from 'vitest';
import type { Cluster } from '../tables/cluster.ts';
import type { RouteContext } from './route-context.ts';
import { compileRouteTableVersion, type RouteTableVersion } from './route-table-versions.ts';
import { request } from './testing/route-fixtures.ts';

/** Clusters that exist. */
const known = new Set<string>();

const contextOf = (names: Set<string>): RouteContext => ({
  clusterRef(name) {
    names.add(name);
    return { current: undefined };
  },
  clusterNamed: (name) => (known.has(name) ? ({ name } as Cluster) : undefined),
  serviceCluster: '',
  // Stands for the state that a filter keeps in it.
  filterConfig: (name) => ({ name }),
});

const route = (host: string, cluster: string) => ({
  name: host,
  domains: [host],
  routes: [
    {
      match: { pathSpecifier: { case: 'prefix' as const, value: '/' } },
      action: {
        case: 'route' as const,
        value: { clusterSpecifier: { case: 'cluster' as const, value: cluster } },
      },
    },
  ],
});

const compile = (
  before: RouteTableVersion | undefined,
  hosts: ReturnType<typeof route>[],
  more: Omit<MessageInitShape<typeof RouteConfigurationSchema>, '$typeName' | '$unknown'> = {},
) => {
  const config = create(RouteConfigurationSchema, { ...more, name: 'r', virtualHosts: hosts });
  return compileOctets(before, toBinary(RouteConfigurationSchema, config));
};
const compileOctets = (before: RouteTableVersion | undefined, value: Uint8Array) => {
  const body = { ...anyPack(RouteConfigurationSchema, create(RouteConfigurationSchema)), value };
  return compileRouteTableVersion(body, 'r', before, contextOf, 'RouteConfiguration r');
};
const namedR = toBinary(RouteConfigurationSchema, create(RouteConfigurationSchema, { name: 'r' }));
/** A host with its name at the end. */
const nameLast = ({ name, ...rest }: ReturnType<typeof route>) => {
  const parts = [rest, { name }].map((init) => toBinary(VirtualHostSchema, create(VirtualHostSchema, init)));
  const octets = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(0x12, octets.length), octets]);
};
const valuesOf = (version: RouteTableVersion) => new Map(version.hosts.map(({ name, value }) => [name, value]));

describe('a new version of a route table', () => {
  it('takes over the virtual hosts that are the same, octet by octet, and compiles the others', () => {
    const first = compile(undefined, [route('a', 'one'), route('b', 'two')]);
    const second = compile(first, [route('b', 'two'), route('a', 'three'), route('c', 'one')]);
    expect(valuesOf(second).get('b')).toBe(valuesOf(first).get('b'));
    expect(valuesOf(second).get('a')).not.toBe(valuesOf(first).get('a'));
    expect([...second.clusters].sort()).toEqual(['one', 'three', 'two']);
    expect(second.table.virtualHostOf('c')?.name).toBe('c');
    expect(second.hosts.length).toBe(3);
  });

  it.each([
    ['one more at the front', ['new', 'a', 'b', 'c', 'd'], ['new']],
    ['one less', ['a', 'c', 'd'], []],
    ['another order', ['d', 'b', 'a', 'c'], []],
    ['one less and one more', ['b', 'new', 'c', 'd'], ['new']],
  ])('compiles no more than what is new: %s', (_what, names, fresh) => {
    const first = compile(
      undefined,
      ['a', 'b', 'c', 'd'].map((name) => route(name, 'one')),
    );
    const second = compile(
      first,
      names.map((name) => route(name, 'one')),
    );
    const old = valuesOf(first);
    expect(second.hosts.filter(({ name, value }) => old.get(name) !== value).map(({ name }) => name)).toEqual(fresh);
    expect(names.map((name) => second.table.virtualHostOf(name)?.name)).toEqual(names);
    for (const gone of ['a', 'b', 'c', 'd'].filter((name) => !names.includes(name)))
      expect(second.table.virtualHostOf(gone)).toBeUndefined();
  });

  it('looks domains up as before where no host claims another, and anew where one does', () => {
    const first = compile(undefined, [route('a', 'one'), route('b', 'one')]);
    const second = compile(first, [route('a', 'one'), route('b', 'two')]);
    expect(second.index).toBe(first.index);
    expect(second.table.virtualHostOf('b')).toBe(second.hosts[1]?.value);
    const third = compile(second, [route('a', 'one'), { ...route('b', 'two'), domains: ['b', 'bee'] }]);
    expect(third.table.virtualHostOf('bee')?.name).toBe('b');
    expect(second.table.virtualHostOf('bee')).toBeUndefined();
  });

  it('compiles all of them anew where what they depend on has changed', () => {
    const first = compile(undefined, [route('a', 'one')]);
    const second = compile(first, [route('a', 'one')], { requestHeadersToRemove: ['x'] });
    expect(valuesOf(second).get('a')).not.toBe(valuesOf(first).get('a'));
  });

  it('takes over hosts whose name is not their first field, whatever changed before them', () => {
    const octets = (clusters: readonly string[]) =>
      Buffer.concat([namedR, ...clusters.map((cluster, place) => nameLast(route(`h${place}`, cluster)))]);
    const first = compileOctets(undefined, octets(['a', 'b', 'c', 'd']));
    const second = compileOctets(first, octets(['x', 'y', 'c', 'd']));
    const old = valuesOf(first);
    expect(second.hosts.filter(({ name, value }) => old.get(name) !== value).map(({ name }) => name)).toEqual([
      'h0',
      'h1',
    ]);
  });

  it('says the same for all of its hosts, those that were taken over and those that were not', () => {
    const more = {
      typedPerFilterConfig: { limit: anyPack(RouterSchema, create(RouterSchema)) },
      requestMirrorPolicies: [{ cluster: 'mirror' }],
    };
    const stateOf = ({ table }: RouteTableVersion, name: string) =>
      table.match(request(`GET ${name}/`))?.filterConfigs?.get('limit');
    const first = compile(undefined, [route('a', 'one'), route('b', 'one')], more);
    const second = compile(first, [route('a', 'one'), route('b', 'two')], more);
    expect(stateOf(second, 'a')).toEqual({ name: 'limit' });
    expect(stateOf(second, 'b')).toBe(stateOf(second, 'a'));
    expect([...second.clusters].sort()).toEqual(['mirror', 'one', 'two']);
    const third = compile(second, [route('a', 'one')], { ...more, requestHeadersToRemove: ['x'] });
    expect(stateOf(third, 'a')).not.toBe(stateOf(second, 'a'));
  });

  it('looks authorities up as it says itself, though its hosts claim what they did', () => {
    const hosts = [route('a', 'one')];
    const first = compile(undefined, hosts);
    const second = compile(first, hosts, { ignorePortInHostMatching: true });
    const third = compile(second, hosts);
    const found = [first, second, third].map(({ table }) => table.virtualHostOf('a:80')?.name);
    expect(found).toEqual([undefined, 'a', undefined]);
  });

  it('is refused for a cluster that has gone since, where it has its clusters validated', () => {
    const compileNow = (before: RouteTableVersion | undefined) =>
      compile(before, [route('a', 'here')], { validateClusters: true });
    known.add('here');
    const first = compileNow(undefined);
    expect(compileNow(first).hosts).toHaveLength(1);
    known.delete('here');
    expect(() => compileNow(first)).toThrow('RouteConfiguration r: cluster "here" is not known');
  });

  it('is refused by its own faults, whatever was taken over', () => {
    const first = compile(undefined, [route('a', 'one')]);
    const twice = 'RouteConfiguration r: virtual host a stands twice';
    expect(() => compile(first, [route('a', 'one'), route('a', 'two')])).toThrow(twice);
    expect(() => compile(first, [route('a', 'one'), route('a', 'one')])).toThrow(twice);
    const both = compile(first, [route('a', 'one'), route('b', 'one')]);
    expect(() => compile(both, [route('a', 'one'), route('a', 'one')])).toThrow(twice);
    expect(() => compile(first, [route('a', 'one'), { ...route('b', 'one'), domains: ['a'] }])).toThrow(
      'RouteConfiguration r: domain "a" is claimed twice',
    );
  });

  it('is refused where a host would go unseen: an empty one, of another wire type', () => {
    expect(() => compileOctets(undefined, Buffer.concat([namedR, Buffer.of(0x10, 0x00)]))).toThrow(
      'RouteConfiguration r: virtual_hosts is of another wire type',
    );
  });
});
