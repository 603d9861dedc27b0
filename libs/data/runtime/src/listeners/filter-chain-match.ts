/** FilterChainMatch as its table. */

import {
  FilterChainMatch_ConnectionSourceType as SourceType,
  type FilterChainMatch as XdsMatch,
} from '@weft/xds-messages/envoy/config/listener/v3/listener_components';
import { refuse } from '../check/refuse.ts';
import type { FilterChainMatch } from '../tables/listener.ts';
import { rangeTexts } from './address-range.ts';

const sourceTypes: Readonly<Record<SourceType, FilterChainMatch['sourceType']>> = {
  [SourceType.ANY]: 'any',
  [SourceType.SAME_IP_OR_LOOPBACK]: 'same-ip-or-loopback',
  [SourceType.EXTERNAL]: 'external',
};

/** @throws WeftError `config_rejected` */
export function compileChainMatch(match: XdsMatch | undefined, where: string): FilterChainMatch {
  const at = `${where}: filter_chain_match`;
  const ports = [
    ...(match?.sourcePorts ?? []),
    ...(match?.destinationPort === undefined ? [] : [match.destinationPort]),
  ];
  if (ports.some((port) => port < 1 || port > 65_535)) refuse(at, 'a port is not valid');
  return {
    destinationPort: match?.destinationPort,
    destinationRanges: rangeTexts(match?.prefixRanges ?? [], 'prefix_ranges', at),
    sourceRanges: rangeTexts(match?.sourcePrefixRanges ?? [], 'source_prefix_ranges', at),
    directSourceRanges: rangeTexts(match?.directSourcePrefixRanges ?? [], 'direct_source_prefix_ranges', at),
    sourcePorts: match?.sourcePorts ?? [],
    sourceType: sourceTypes[match?.sourceType ?? SourceType.ANY] ?? 'any',
    serverNames: (match?.serverNames ?? []).map((name) => serverName(name, at)),
    transportProtocol: match?.transportProtocol ?? '',
    applicationProtocols: match?.applicationProtocols ?? [],
  };
}

/** What the match reads is known only from a ClientHello. */
export function needsTlsInspection(match: FilterChainMatch): boolean {
  if (match.transportProtocol === 'tls') return true;
  return match.transportProtocol === '' && match.serverNames.length + match.applicationProtocols.length > 0;
}

function serverName(name: string, where: string): string {
  if (name.startsWith('*.') ? name.includes('*', 1) : name.includes('*')) {
    refuse(where, `server_names: ${JSON.stringify(name)}: a wildcard stands for whole labels at the beginning only`);
  }
  return name.toLowerCase();
}
