/** A limit of connections of one filter chain: envoy.extensions.filters.network.connection_limit.v3. */

import type { NetworkConnection, NetworkFilter } from '@weft/data-runtime';
import type { Counter, Gauge } from '@weft/telemetry';

export function createConnectionLimit(
  name: string,
  connectionsMax: number,
  stats: { readonly limited: Counter; readonly active: Gauge },
): NetworkFilter {
  const counted = new Set<NetworkConnection>();
  return {
    name,
    onConnection(connection) {
      if (counted.size >= connectionsMax) {
        stats.limited.add(1);
        return { flag: '-', details: '', reason: `connection limit: ${connectionsMax} are open` };
      }
      counted.add(connection);
      stats.active.set(counted.size);
      return undefined;
    },
    onClose(connection) {
      if (counted.delete(connection)) stats.active.set(counted.size);
    },
  };
}
