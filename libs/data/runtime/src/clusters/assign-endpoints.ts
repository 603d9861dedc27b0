/** Carries the endpoints of a cluster over an update: who keeps its address stays the same object. Linear in their number. */

import type { EndpointSpec } from './assignment.ts';
import { hostPortOf, LivingEndpoint } from './living-endpoint.ts';
import { sameTls } from './same-tls.ts';
import type { Transport } from './transport.ts';

export interface AssignOptions {
  readonly tlsFor: Transport['tlsFor'];
  /** The cluster has active checks. */
  readonly checks: boolean;
  /** False: who passes its checks stays, though it is not listed any more, until it fails one. */
  readonly removeHealthy: boolean;
  /** Monotonic. */
  readonly nowMs: number;
}

export interface Assigned {
  /** By `hostPort`. Of an address listed twice the first counts. */
  readonly after: Map<string, LivingEndpoint>;
  readonly gone: readonly LivingEndpoint[];
}

export function assignEndpoints(
  before: ReadonlyMap<string, LivingEndpoint>,
  specs: readonly EndpointSpec[],
  { tlsFor, checks, removeHealthy, nowMs }: AssignOptions,
): Assigned {
  const after = new Map<string, LivingEndpoint>();
  for (const spec of specs) {
    const key = hostPortOf(spec);
    if (after.has(key)) continue;
    const endpoint = before.get(key) ?? new LivingEndpoint(spec, nowMs, checks);
    endpoint.take(spec);
    endpoint.tls = sameTls(endpoint.tls, tlsFor(spec.transportMatch));
    after.set(key, endpoint);
  }
  const gone: LivingEndpoint[] = [];
  for (const [key, endpoint] of before) {
    if (after.has(key)) continue;
    if (checks && endpoint.passes && !removeHealthy) {
      endpoint.leaving = true;
      after.set(key, endpoint);
    } else gone.push(endpoint);
  }
  return { after, gone };
}
