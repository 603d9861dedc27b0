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
    fc.assert(
      fc.property(fc.array(fc.string()), (names) => {
        const split = splitHosts(toBinary(RouteConfigurationSchema, config(names)));
        expect(split?.hosts.map(({ from, to }) => split.octets.subarray(from, to)).map(nameIn)).toEqual(names);
        // An empty name is not written.
        expect(split?.hosts.map((host) => nameOfHost(split, host) ?? '')).toEqual(names);
        const rest = fromBinary(RouteConfigurationSchema, split?.rest ?? new Uint8Array());
        expect(rest).toEqual(config([]));
      }),
    );
  });

  it('is nothing where the octets are cut short, and never throws', () => {
    const octets = toBinary(RouteConfigurationSchema, config(['a', 'b']));
    expect(splitHosts(octets.subarray(0, octets.length - 1))).toBeUndefined();
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (any) => void splitHosts(any)));
  });
});
