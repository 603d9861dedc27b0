/** An endpoint for tests, healthy and idle. */

import { unknownWorkload } from '../metadata.ts';
import { type Endpoint, emptyCounts } from '../tables/cluster.ts';

export type Changeable<T> = { -readonly [Key in keyof T]: T[Key] };

export function testEndpoint(changes: Partial<Endpoint> = {}): Changeable<Endpoint> {
  const { address = '127.0.0.1', port = 80 } = changes;
  return {
    address,
    port,
    hostPort: `${address}:${port}`,
    hostname: '',
    weight: 1,
    priority: 0,
    locality: '',
    localityWeight: 1,
    lbMetadata: {},
    healthy: true,
    degraded: false,
    ejected: false,
    healthySinceMs: 0,
    tls: undefined,
    workload: unknownWorkload,
    active: 0,
    healthFlags: '',
    counts: emptyCounts(),
    ...changes,
  };
}
