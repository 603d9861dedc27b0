/** The YAML form of a connection pool: of a DestinationRule, and of a Sidecar's inbound ports. */

import { z } from 'zod';
import { durationMs, durationOrNearZeroMs, int32, uint32 } from '../../schema/fields.ts';
import { given } from '../../schema/given.ts';
import { apiObject, choice } from '../../schema/object.ts';

export function connectionPool(api: string) {
  return apiObject(api, { tcp: tcp(`${api}.tcp`).exactOptional(), http: http(`${api}.http`).exactOptional() });
}

function tcp(api: string) {
  const keepalive = apiObject(`${api}.tcpKeepalive`, {
    probes: uint32('probes').exactOptional(),
    time: durationMs.exactOptional(),
    interval: durationMs.exactOptional(),
  }).transform(({ time, interval, ...rest }) => ({
    ...rest,
    ...given('timeMs', time),
    ...given('intervalMs', interval),
  }));
  return apiObject(api, {
    maxConnections: int32('maxConnections').exactOptional(),
    connectTimeout: durationMs.exactOptional(),
    tcpKeepalive: keepalive.exactOptional(),
    maxConnectionDuration: durationMs.exactOptional(),
    idleTimeout: durationOrNearZeroMs.exactOptional(),
  }).transform(({ connectTimeout, maxConnectionDuration, idleTimeout, ...rest }) => ({
    ...rest,
    ...given('connectTimeoutMs', connectTimeout),
    ...given('maxConnectionDurationMs', maxConnectionDuration),
    ...given('idleTimeoutMs', idleTimeout),
  }));
}

function http(api: string) {
  return apiObject(api, {
    http1MaxPendingRequests: int32('http1MaxPendingRequests').exactOptional(),
    http2MaxRequests: int32('http2MaxRequests').exactOptional(),
    maxRequestsPerConnection: int32('maxRequestsPerConnection').exactOptional(),
    maxRetries: int32('maxRetries').exactOptional(),
    idleTimeout: durationMs.exactOptional(),
    h2UpgradePolicy: choice(`${api}.h2UpgradePolicy`, ['DEFAULT', 'DO_NOT_UPGRADE', 'UPGRADE']).exactOptional(),
    useClientProtocol: z.boolean().exactOptional(),
    maxConcurrentStreams: int32('maxConcurrentStreams').exactOptional(),
    http2KeepAlive: z.looseObject({}).exactOptional(),
  }).transform(({ idleTimeout, http2KeepAlive: _notDone, ...rest }) => ({
    ...rest,
    ...given('idleTimeoutMs', idleTimeout),
  }));
}
