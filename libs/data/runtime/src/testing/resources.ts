/** xDS resources in a few words, for tests. */

import { create, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { createSeededRandom, type ManualClock } from '@weft/kernel';
import {
  type Cluster,
  Cluster_DiscoveryType,
  type ClusterSchema,
} from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import type {
  ClusterLoadAssignment,
  ClusterLoadAssignmentSchema,
} from '@weft/xds-messages/envoy/config/endpoint/v3/endpoint';
import { LbEndpointSchema } from '@weft/xds-messages/envoy/config/endpoint/v3/endpoint_components';
import { RouteConfigurationSchema } from '@weft/xds-messages/envoy/config/route/v3/route';
import type { RouteSchema, VirtualHostSchema } from '@weft/xds-messages/envoy/config/route/v3/route_components';
import type { ResourceUpdate } from '@weft/xds-protocol';
import type { Balancer } from '../balancer.ts';
import { createRuntime, type Runtime, type RuntimeOptions } from '../runtime.ts';
import type { Endpoint } from '../tables/cluster.ts';
import type { RouteRequest } from '../tables/route.ts';

/** One update of one type. */
export function update<Desc extends DescMessage & { readonly typeName: string }>(
  schema: Desc,
  changed: readonly (MessageInitShape<Desc> & { name?: string; clusterName?: string })[],
  removed: readonly string[] = [],
): ResourceUpdate {
  return {
    typeUrl: `type.googleapis.com/${schema.typeName}`,
    removed,
    changed: changed.map((init) => ({
      name: init.name ?? init.clusterName ?? '',
      version: '1',
      body: anyPack(schema, create(schema, init)),
    })),
  };
}

/** Takes the first healthy endpoint. */
function createFirstBalancer(): Balancer {
  let healthy: readonly Endpoint[] = [];
  return {
    update(endpoints) {
      healthy = endpoints.filter((endpoint) => endpoint.healthy);
    },
    pick: () => healthy[0],
  };
}

export function testRuntime(clock: ManualClock, change: Partial<RuntimeOptions> = {}): Runtime {
  return createRuntime({
    createBalancer: createFirstBalancer,
    clock,
    random: createSeededRandom(1),
    resolveDns: () => Promise.resolve([]),
    outbound: 'outbound',
    serviceCluster: 'tests',
    httpFilters: [],
    networkFilters: [],
    accessLogs: [],
    ...change,
  });
}

export const ads = { configSourceSpecifier: { case: 'ads' as const, value: {} } };

type ClusterInit = MessageInitShape<typeof ClusterSchema>;

export function edsCluster(name: string, change: ClusterInit = {}): ClusterInit & Pick<Cluster, 'name'> {
  return {
    name,
    clusterDiscoveryType: { case: 'type', value: Cluster_DiscoveryType.EDS },
    edsClusterConfig: { edsConfig: ads },
    ...change,
  } as ClusterInit & Pick<Cluster, 'name'>;
}

type LbEndpointInit = MessageInitShape<typeof LbEndpointSchema>;

export function lbEndpoint(address: string, port: number, change: LbEndpointInit = {}): LbEndpointInit {
  const socketAddress = { address, portSpecifier: { case: 'portValue' as const, value: port } };
  return {
    hostIdentifier: {
      case: 'endpoint',
      value: { address: { address: { case: 'socketAddress', value: socketAddress } } },
    },
    ...change,
  } as LbEndpointInit;
}

export function assignment(
  clusterName: string,
  lbEndpoints: readonly LbEndpointInit[],
): MessageInitShape<typeof ClusterLoadAssignmentSchema> & Pick<ClusterLoadAssignment, 'clusterName'> {
  return { clusterName, endpoints: [{ lbEndpoints: lbEndpoints.map((init) => create(LbEndpointSchema, init)) }] };
}

export type RouteInit = MessageInitShape<typeof RouteSchema>;

/** A route to one cluster. @param match nothing: prefix "/". */
export function routeTo(cluster: string, match: RouteInit['match'] = {}, change: RouteInit = {}): RouteInit {
  return {
    name: cluster,
    match: { pathSpecifier: { case: 'prefix', value: '/' }, ...match } as NonNullable<RouteInit['match']>,
    action: { case: 'route', value: { clusterSpecifier: { case: 'cluster', value: cluster } } },
    ...change,
  } as RouteInit;
}

export function host(name: string, domains: string[], routes: RouteInit[]): MessageInitShape<typeof VirtualHostSchema> {
  return { name, domains, routes } as MessageInitShape<typeof VirtualHostSchema>;
}

export function routeUpdate(
  name: string,
  hosts: readonly MessageInitShape<typeof VirtualHostSchema>[],
  change: MessageInitShape<typeof RouteConfigurationSchema> = {},
): ResourceUpdate {
  return update(RouteConfigurationSchema, [
    { name, virtualHosts: [...hosts], ...change } as MessageInitShape<typeof RouteConfigurationSchema> & {
      name: string;
    },
  ]);
}

/** "GET shop.test/a?b=c" with headers by lower-case name. */
export function request(text: string, headers: Readonly<Record<string, string>> = {}): RouteRequest {
  const [method = '', target = ''] = text.split(' ');
  const slash = target.indexOf('/');
  const authority = slash === -1 ? target : target.slice(0, slash);
  const [path = '', query = ''] = (slash === -1 ? '' : target.slice(slash)).split('?');
  return { method, authority, path, query, scheme: 'http', header: (name) => headers[name] };
}
