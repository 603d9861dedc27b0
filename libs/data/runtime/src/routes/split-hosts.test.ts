import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { RouteConfigurationSchema } from '@weft/xds-messages/envoy/config/route/v3/route';
import { VirtualHostSchema } from '@weft/xds-messages/envoy/config/route/v3/route_components';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameOfHost, splitHosts } from './split-hosts.ts';

const config = (names: readonly string[]) =>
  create(RouteConfigurationSchema, {
    name: 'r',
    virtualHosts: names.map((name) => ({ name, domains: [name, `${name}:80`] })),
    requestHeadersToRemove: ['x-gone'],
    ignorePortInHostMatching: true,
  });

const nameIn = (octets: Buffer) => fromBinary(VirtualHostSchema, octets).name;

describe('a route configuration taken apart', () => {
  it('has all its hosts, and the rest without them', () => {
    const name = fc.oneof(fc.string(), fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(fc.array(name), (names) => {
        const split = splitHosts(toBinary(RouteConfigurationSchema, config(names)));
        expect(split?.hosts.map(({ from, to }) => split.octets.subarray(from, to)).map(nameIn)).toEqual(names);
        // An empty name is not written.
        expect(split?.hosts.map((host) => nameOfHost(split, host) ?? '')).toEqual(names);
        const rest = fromBinary(RouteConfigurationSchema, split?.rest ?? new Uint8Array());
        expect(rest).toEqual(config([]));
      }),
    );
  });

  it('has its hosts however the number of their field is written', () => {
    const octets = Buffer.from(toBinary(RouteConfigurationSchema, config(['a'])));
    // 0x12 as a varint of two octets.
    const longer = octets.indexOf(0x12);
    const split = splitHosts(
      Buffer.concat([octets.subarray(0, longer), Buffer.of(0x92, 0x00), octets.subarray(longer + 1)]),
    );
    expect(split?.hosts.map(({ from, to }) => split.octets.subarray(from, to)).map(nameIn)).toEqual(['a']);
    expect(fromBinary(RouteConfigurationSchema, split?.rest ?? new Uint8Array())).toEqual(config([]));
  });

  it('is nothing where the octets are cut short, and never throws', () => {
    const octets = toBinary(RouteConfigurationSchema, config(['a', 'b']));
    expect(splitHosts(octets.subarray(0, octets.length - 1))).toBeUndefined();
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (any) => void splitHosts(any)));
  });
});

describe('the name of a host', () => {
  const named = (...hosts: readonly Uint8Array[]) => {
    const octets = Buffer.concat(hosts);
    const split = { octets, rest: Buffer.alloc(0), hosts: [] };
    return (from = 0, to = octets.length) => nameOfHost(split, { from, to });
  };

  it('is found wherever in the host it stands', () => {
    const domains = toBinary(
      VirtualHostSchema,
      create(VirtualHostSchema, { domains: ['a', 'b'], includeRequestAttemptCount: true }),
    );
    const name = toBinary(VirtualHostSchema, create(VirtualHostSchema, { name: 'h' }));
    expect(named(name, domains)()).toBe('h');
    expect(named(domains, name)()).toBe('h');
    expect(named(domains)()).toBeUndefined();
    expect(named()()).toBeUndefined();
  });

  it('is nothing where it reaches beyond the host, or something before it does', () => {
    const name = Buffer.of(0x0a, 0x02, 0x68, 0x68);
    expect(named(name, name)(0, 4)).toBe('hh');
    expect(named(name, name)(0, 3)).toBeUndefined();
    expect(named(name, name)(0, 1)).toBeUndefined();
    expect(named(Buffer.of(0x12, 0x02), name)(0, 3)).toBeUndefined();
    expect(named(Buffer.of(0x12, 0x7f), name)()).toBeUndefined();
  });

  it('is never the reason for an exception', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 50 }), (any) => void named(any)()));
  });
});
