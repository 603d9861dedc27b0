/** How the limit of connections is made from its message. */

import { milliseconds, type NetworkFilterKind, refuse, unpack } from '@weft/data-runtime';
import type { MetricRegistry } from '@weft/telemetry';
import { ConnectionLimitSchema } from '@weft/xds-messages/envoy/extensions/filters/network/connection_limit/v3/connection_limit';
import { createConnectionLimit } from './connection-limit.ts';

/** A delay is refused: connections over the limit are closed at once. */
export function createConnectionLimitKind(deps: { readonly registry: MetricRegistry }): NetworkFilterKind {
  return {
    schema: ConnectionLimitSchema,
    supported: {
      'envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit': [
        'stat_prefix',
        'max_connections',
        'delay',
        'runtime_enabled',
      ],
      'envoy.config.core.v3.RuntimeFeatureFlag': ['default_value', 'runtime_key'],
    },
    compile(config, name, _context, where) {
      const message = unpack(config, ConnectionLimitSchema, where);
      const { statPrefix, maxConnections, runtimeEnabled } = message;
      if (statPrefix === '') refuse(where, 'stat_prefix is missing');
      if (maxConnections === undefined || maxConnections === 0n) refuse(where, 'max_connections must be more than 0');
      if (milliseconds(message.delay, 0) > 0) refuse(where, 'field delay is not supported');
      if (runtimeEnabled?.defaultValue === false) return undefined;
      const labels = ['envoy_connection_limit_prefix'];
      const { registry } = deps;
      return createConnectionLimit(name, Number(maxConnections), {
        limited: registry
          .counter('envoy_connection_limit_limited_connections', 'Connections over a connection limit.', labels)
          .slot([statPrefix]),
        active: registry
          .gauge('envoy_connection_limit_active_connections', 'Connections under a connection limit.', labels)
          .slot([statPrefix]),
      });
    },
  };
}
