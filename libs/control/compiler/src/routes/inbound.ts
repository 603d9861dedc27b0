/** Routes of an inbound listener: everything to the application behind it. They stand in the listener itself. */

import { create } from '@bufbuild/protobuf';
import type { Provenance } from '@weft/kernel';
import { type RouteConfiguration, RouteConfigurationSchema } from '@weft/xds-messages/envoy/config/route/v3/route';
import type { PortGuard } from '../linkerd/guard.ts';
import { attachedHosts } from '../linkerd/inbound-hosts.ts';
import { rateLimits } from '../linkerd/rate-limit.ts';
import { trustDomainsOf } from '../policies/applied.ts';
import type { World } from '../world.ts';
import { serviceOperation } from './operation.ts';
import { inboundRoute } from './service-routes.ts';
import { virtualHost } from './virtual-host.ts';

export interface InboundRoutesOptions {
  /** "inbound|8080||". */
  readonly cluster: string;
  /** The service port that leads here, else that of the listener. */
  readonly port: number;
  /** Of the service that leads here; what a trace calls it. */
  readonly host: string;
  readonly from: Provenance;
  /** Linkerd's, with the routes of a Server where it has any. */
  readonly guard?: PortGuard | undefined;
}

export function inboundRoutes(
  world: World,
  { cluster, port, host, from, guard }: InboundRoutesOptions,
): RouteConfiguration {
  const operation = serviceOperation(host, port);
  const routed = guard !== undefined && guard.routes.length > 0;
  const hosts = routed
    ? attachedHosts(world, guard.routes, { cluster, operation, port, from })
    : [virtualHost(`inbound|http|${port}`, ['*'], [inboundRoute(cluster, operation, from)], from)];
  const limits =
    guard?.rateLimit === undefined ? undefined : rateLimits(guard.rateLimit, trustDomainsOf({ world }), routed);
  return create(RouteConfigurationSchema, {
    name: cluster,
    virtualHosts: hosts.map((one) =>
      limits === undefined
        ? one
        : { ...one, rateLimits: [...limits.rules], typedPerFilterConfig: { ...limits.perHost } },
    ),
    ...(routed ? { ignorePortInHostMatching: true } : {}),
    // The cluster warms until its first health check; a listener must not wait for that.
    validateClusters: false,
  });
}
