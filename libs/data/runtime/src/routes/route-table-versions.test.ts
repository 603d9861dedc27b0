import { create } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { RouteConfigurationSchema } from '@weft/xds-messages/envoy/config/route/v3/route';
import { describe, expect, it } from 'vitest';
import type { RouteContext } from './route-context.ts';
import { compileRouteTableVersion, type RouteTableVersion } from './route-table-versions.ts';

const contextOf = (names: Set<string>): RouteContext => ({
  clusterRef(name) {
    names.add(name);
    return { current: undefined };
  },
  clusterNamed: () => undefined,
  serviceCluster: '',
  filterConfig: () => undefined,
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
  more: { readonly requestHeadersToRemove?: string[] } = {},
) =>
  compileRouteTableVersion(
    anyPack(RouteConfigurationSchema, create(RouteConfigurationSchema, { ...more, name: 'r', virtualHosts: hosts })),
    'r',
    before,
    contextOf,
    'RouteConfiguration r',
  );
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

  it('is refused by its own faults, whatever was taken over', () => {
    const first = compile(undefined, [route('a', 'one')]);
    expect(() => compile(first, [route('a', 'one'), route('a', 'two')])).toThrow('virtual host a stands twice');
    expect(() => compile(first, [route('a', 'one'), { ...route('b', 'one'), domains: ['a'] }])).toThrow('a');
  });
});
