/** Virtual hosts and the configurations that they stand in. */

import { create } from '@bufbuild/protobuf';
import type { ServicePortView } from '@weft/control-registry';
import type { Provenance } from '@weft/kernel';
import { type RouteConfiguration, RouteConfigurationSchema } from '@weft/xds-messages/envoy/config/route/v3/route';
import {
  type Route,
  type VirtualHost,
  VirtualHostSchema,
} from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { isHttp } from '../context.ts';
import { filterMetadata } from '../messages/core.ts';
import { weftStruct } from '../provenance.ts';
import type { ServiceShape } from '../scope/service-shape.ts';
import type { World } from '../world.ts';

/** The largest direct response that Istio's validation lets through. */
const directResponseBytesMax = 1024 * 1024;

/** @param domains without those that an earlier virtual host has. */
export function virtualHost(
  name: string,
  domains: readonly string[],
  routes: readonly Route[],
  from: Provenance,
): VirtualHost {
  return create(VirtualHostSchema, {
    name,
    domains: [...domains],
    routes: [...routes],
    metadata: filterMetadata({ weft: weftStruct(from) }),
  });
}

/** As `virtualHost`, telling the destination which attempt a request is unless the mesh does not want it. */
export function callersVirtualHost(world: World, ...given: Parameters<typeof virtualHost>): VirtualHost {
  const { proxyHeaders } = world.input.mesh.defaultConfig;
  return { ...virtualHost(...given), includeRequestAttemptCount: proxyHeaders.attemptCount?.disabled !== true };
}

/** A configuration that is asked for by name; clusters that it misses answer 503 NC. */
export function routeConfiguration(
  name: string,
  virtualHosts: readonly VirtualHost[],
  options: { readonly ignorePort: boolean },
): RouteConfiguration {
  return create(RouteConfigurationSchema, {
    name,
    virtualHosts: [...virtualHosts],
    validateClusters: false,
    maxDirectResponseBodySizeBytes: directResponseBytesMax,
    ignorePortInHostMatching: options.ignorePort,
  });
}

/** Each name with the port, and bare for the one port that a URL without a port means. */
export function portDomains(service: ServiceShape, port: ServicePortView, names: readonly string[]): readonly string[] {
  const withPort = names.map((name) => `${name}:${port.number}`);
  return isHttp(port) && bareHttpPort(service) === port.number ? [...withPort, ...names] : withPort;
}

export function byName(left: { readonly name: string }, right: { readonly name: string }): number {
  return left.name < right.name ? -1 : left.name > right.name ? 1 : 0;
}

/** Port 80, or where the service has none, its first HTTP port. */
function bareHttpPort(service: ServiceShape): number | undefined {
  if (service.ports.some((port) => port.number === 80)) return 80;
  return service.ports.find(isHttp)?.number;
}
