/** The rules of the nat table, as iptables-restore reads them: chains of our own, and one jump from each of the system's. */

import { isIPv6 } from 'node:net';
import type { CaptureOptions } from './capture-options.ts';

/** The chains that are ours: undoing takes out these and the jumps to the first two. */
export const chains = {
  outbound: 'WEFT_OUTPUT',
  inbound: 'WEFT_INBOUND',
  toOutbound: 'WEFT_REDIRECT',
  toInbound: 'WEFT_IN_REDIRECT',
} as const;

/** What leaves the system's chains for ours; the same words delete them. */
export const jumps: readonly string[] = [
  `PREROUTING -p tcp -j ${chains.inbound}`,
  `OUTPUT -p tcp -j ${chains.outbound}`,
];

/** @returns the input of `iptables-restore --noflush` or `ip6tables-restore --noflush`: one transaction. */
export function captureRules(options: CaptureOptions, family: 4 | 6): string {
  const rules = [
    ...Object.values(chains).map((chain) => `:${chain} - [0:0]`),
    `-A ${chains.toOutbound} -p tcp -j REDIRECT --to-ports ${options.outboundPort}`,
    `-A ${chains.toInbound} -p tcp -j REDIRECT --to-ports ${options.inboundPort}`,
    ...inboundRules(options),
    ...outboundRules(options, family),
    ...jumps.map((jump) => `-A ${jump}`),
  ];
  return `*nat\n${rules.join('\n')}\nCOMMIT\n`;
}

function inboundRules(options: CaptureOptions): readonly string[] {
  const chain = chains.inbound;
  const excluded = options.excludeInboundPorts.map((port) => `-A ${chain} -p tcp --dport ${port} -j RETURN`);
  if (options.includeInboundPorts === '*') return [...excluded, `-A ${chain} -p tcp -j ${chains.toInbound}`];
  return [
    ...excluded,
    ...options.includeInboundPorts.map((port) => `-A ${chain} -p tcp --dport ${port} -j ${chains.toInbound}`),
  ];
}

/** First match wins, so order is meaning: what must not be captured comes before what is. */
function outboundRules(options: CaptureOptions, family: 4 | 6): readonly string[] {
  const chain = chains.outbound;
  const self = family === 4 ? '127.0.0.1/32' : '::1/128';
  const passthrough = family === 4 ? '127.0.0.6/32' : '::6/128';
  const owners = [
    ...options.uids.map((uid) => `--uid-owner ${uid}`),
    ...options.gids.map((gid) => `--gid-owner ${gid}`),
  ];
  const ofFamily = (range: string): boolean => isIPv6(range.split('/')[0] ?? '') === (family === 6);
  const included = options.includeOutboundRanges;
  return [
    ...options.excludeOutboundPorts.map((port) => `-A ${chain} -p tcp --dport ${port} -j RETURN`),
    // Istio's source address of what a sidecar hands to its own application by the application's address: it has come in already.
    `-A ${chain} -s ${passthrough} -o lo -j RETURN`,
    // The sidecar calls its own workload by the workload's address: that goes the way in, as if it came from outside.
    ...owners.map((owner) => `-A ${chain} ! -d ${self} -o lo -p tcp -m owner ${owner} -j ${chains.toInbound}`),
    // What the application sends to itself stays.
    ...owners.map((owner) => `-A ${chain} -o lo -p tcp -m owner ! ${owner} -j RETURN`).slice(0, 1),
    // What the sidecar sends has been decided already: capturing it would go round for ever.
    ...owners.map((owner) => `-A ${chain} -m owner ${owner} -j RETURN`),
    `-A ${chain} -d ${self} -j RETURN`,
    ...options.excludeOutboundRanges.filter(ofFamily).map((range) => `-A ${chain} -d ${range} -j RETURN`),
    ...options.includeOutboundPorts.map((port) => `-A ${chain} -p tcp --dport ${port} -j ${chains.toOutbound}`),
    ...(included === '*'
      ? [`-A ${chain} -j ${chains.toOutbound}`]
      : included.filter(ofFamily).map((range) => `-A ${chain} -d ${range} -j ${chains.toOutbound}`)),
  ];
}
