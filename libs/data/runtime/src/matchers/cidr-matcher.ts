/** Envoy's CidrRange as a closure over an address. */

import type { CidrRange } from '@weft/xds-messages/envoy/config/core/v3/address';
import { refuse } from '../check/refuse.ts';
import { type AddressOctets, createAddress, maskAddress, readAddress } from './address.ts';

/** @param address with or without a port; what is no address is in no range. */
export type AddressTest = (address: string) => boolean;

interface Range {
  readonly base: AddressOctets;
  readonly length: number;
}

const read = createAddress();

/** Holds where one of the ranges has the address. IPv4 and IPv6 never meet. @throws WeftError `config_rejected` */
export function compileCidrTest(ranges: readonly CidrRange[], where: string): AddressTest {
  return rangesTest(ranges.map((range) => toRange(range.addressPrefix, range.prefixLen ?? 0, where)));
}

/** The same of "10.0.0.0/8" or "10.0.0.1". @throws WeftError `config_rejected` */
export function compileCidrTextTest(ranges: readonly string[], where: string): AddressTest {
  return rangesTest(
    ranges.map((text) => {
      const slash = text.indexOf('/');
      if (slash === -1) return toRange(text, 128, where);
      const length = text.slice(slash + 1);
      if (!/^\d{1,3}$/.test(length)) refuse(where, `${JSON.stringify(text)} is no CIDR range`);
      return toRange(text.slice(0, slash), Number(length), where);
    }),
  );
}

function toRange(prefix: string, length: number, where: string): Range {
  const base = createAddress();
  if (!readAddress(prefix, base)) refuse(where, `${JSON.stringify(prefix)} is no IP address`);
  const range = { base, length: Math.min(length, base.bits) };
  maskAddress(base, range.length);
  return range;
}

function rangesTest(ranges: readonly Range[]): AddressTest {
  return (address) => {
    if (!readAddress(address, read)) return false;
    for (let index = 0; index < ranges.length; index += 1) if (holds(ranges[index]!)) return true;
    return false;
  };
}

function holds(range: Range): boolean {
  const { base, length } = range;
  if (base.bits !== read.bits) return false;
  const whole = length >> 3;
  for (let index = 0; index < whole; index += 1) if (base.octets[index] !== read.octets[index]) return false;
  const rest = length & 7;
  return rest === 0 || ((base.octets[whole]! ^ read.octets[whole]!) & (0xff << (8 - rest)) & 0xff) === 0;
}
