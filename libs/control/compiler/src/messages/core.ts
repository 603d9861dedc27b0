/** Small messages that many resources share. */

import { create, type JsonObject } from '@bufbuild/protobuf';
import { type Duration, DurationSchema } from '@bufbuild/protobuf/wkt';
import { type Address, AddressSchema } from '@weft/xds-messages/envoy/config/core/v3/address';
import { type Metadata, MetadataSchema } from '@weft/xds-messages/envoy/config/core/v3/base';
import {
  ApiVersion,
  type ConfigSource,
  ConfigSourceSchema,
} from '@weft/xds-messages/envoy/config/core/v3/config_source';

/** "Over the same ADS stream, v3". */
export function adsSource(): ConfigSource {
  return create(ConfigSourceSchema, {
    configSourceSpecifier: { case: 'ads', value: {} },
    resourceApiVersion: ApiVersion.V3,
  });
}

export function duration(milliseconds: number): Duration {
  const seconds = Math.floor(milliseconds / 1000);
  return create(DurationSchema, {
    seconds: BigInt(seconds),
    nanos: Math.round((milliseconds - seconds * 1000) * 1_000_000),
  });
}

/** @param address an IP address, or a DNS name where the cluster resolves names. */
export function socketAddress(address: string, port: number): Address {
  return create(AddressSchema, {
    address: { case: 'socketAddress', value: { address, portSpecifier: { case: 'portValue', value: port } } },
  });
}

const unixScheme = 'unix://';

/** "unix:///run/app.sock", or "unix://@name" in the abstract namespace. */
export function isUnixAddress(address: string): boolean {
  return address.startsWith(unixScheme);
}

/** As `socketAddress`, and the path of a socket where the address is one. */
export function endpointAddress(address: string, port: number): Address {
  if (!isUnixAddress(address)) return socketAddress(address, port);
  return create(AddressSchema, { address: { case: 'pipe', value: { path: address.slice(unixScheme.length) } } });
}

/** Splits "127.0.0.1:21000" or "[::1]:21000". */
export function parseHostPort(hostPort: string): { readonly host: string; readonly port: number } {
  const colon = hostPort.lastIndexOf(':');
  return { host: hostPort.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(hostPort.slice(colon + 1)) };
}

/** Filter metadata with its keys in order, so that equal content is equal bytes. */
export function filterMetadata(entries: Readonly<Record<string, JsonObject>>): Metadata {
  const sorted: Record<string, JsonObject> = {};
  for (const key of Object.keys(entries).sort()) {
    const value = entries[key];
    if (value !== undefined) sorted[key] = value;
  }
  return create(MetadataSchema, { filterMetadata: sorted });
}
