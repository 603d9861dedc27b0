/** What is captured and what is not, in the terms of Istio's annotations (traffic.sidecar.istio.io/…). */

import { isIP, isIPv6 } from 'node:net';

export interface CaptureOptions {
  /** The sidecar's port for what the application sends (--outbound-port). */
  readonly outboundPort: number;
  /** The sidecar's port for what others send to the application. */
  readonly inboundPort: number;
  /** Numeric user and group of the sidecar: what they send is never captured. */
  readonly uids: readonly number[];
  readonly gids: readonly number[];
  /** includeInboundPorts: '*' for all. */
  readonly includeInboundPorts: readonly number[] | '*';
  readonly excludeInboundPorts: readonly number[];
  /** includeOutboundIPRanges: '*' for all; "10.0.0.0/8" each. */
  readonly includeOutboundRanges: readonly string[] | '*';
  readonly excludeOutboundRanges: readonly string[];
  /** includeOutboundPorts: captured also outside of the ranges. */
  readonly includeOutboundPorts: readonly number[];
  readonly excludeOutboundPorts: readonly number[];
}

/** Istio's: all traffic but the sidecar's own, and not the ports that the sidecar serves itself. */
export const captureDefaults: CaptureOptions = {
  outboundPort: 15_001,
  inboundPort: 15_006,
  uids: [1_337],
  gids: [1_337],
  includeInboundPorts: '*',
  excludeInboundPorts: [15_020, 15_021, 15_090],
  includeOutboundRanges: '*',
  excludeOutboundRanges: [],
  includeOutboundPorts: [],
  excludeOutboundPorts: [],
};

/** Ports and ranges of one list. */
const entriesMax = 256;

/** @returns the ids of "1337,1338". @throws RangeError with a sentence. */
export function parseIds(text: string): readonly number[] {
  return entriesOf(text).map((entry) => {
    const id = /^\d{1,10}$/.test(entry) ? Number(entry) : Number.NaN;
    if (!(id < 4_294_967_295)) throw new RangeError(`${entry} is not a numeric user or group`);
    return id;
  });
}

/** @returns ports of "80,443"; empty text: none. @throws RangeError with a sentence. */
export function parsePorts(text: string): readonly number[] {
  return entriesOf(text).map((entry) => {
    const port = /^\d{1,5}$/.test(entry) ? Number(entry) : 0;
    if (port < 1 || port > 65_535) throw new RangeError(`${entry} is not a port: give numbers from 1 to 65535`);
    return port;
  });
}

/** @returns ranges of "10.0.0.0/8,fd00::/8", single addresses with their full length. @throws RangeError with a sentence. */
export function parseRanges(text: string): readonly string[] {
  return entriesOf(text).map((entry) => {
    const [address = '', bits] = entry.split('/');
    const most = isIPv6(address) ? 128 : 32;
    const length = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
    if (isIP(address) === 0 || length < 0 || length > most) {
      throw new RangeError(`${entry} is not a range of addresses: give them like 10.0.0.0/8`);
    }
    return `${address}/${length}`;
  });
}

function entriesOf(text: string): readonly string[] {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  if (entries.length > entriesMax) throw new RangeError(`at most ${entriesMax} entries in one list`);
  return entries;
}
