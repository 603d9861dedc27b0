/** Routes of an inbound listener: everything to the application behind it. They stand in the listener itself. */

import { create } from '@bufbuild/protobuf';
import type { Provenance } from '@weft/kernel';
import { type RouteConfiguration, RouteConfigurationSchema } from '@weft/xds-messages/envoy/config/route/v3/route';
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
}

export function inboundRoutes({ cluster, port, host, from }: InboundRoutesOptions): RouteConfiguration {
  const route = inboundRoute(cluster, serviceOperation(host, port), from);
  return create(RouteConfigurationSchema, {
    name: cluster,
    virtualHosts: [virtualHost(`inbound|http|${port}`, ['*'], [route], from)],
    // The cluster warms until its first health check; a listener must not wait for that.
    validateClusters: false,
  });
}
