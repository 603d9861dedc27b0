/** A virtual host for a service port: its domains and its routes. */

import { create } from '@bufbuild/protobuf';
import type { ServicePortView, ServiceView } from '@weft/control-registry';
import type { Provenance } from '@weft/kernel';
import { hostAliases } from '@weft/model';
import {
  type Route,
  type VirtualHost,
  VirtualHostSchema,
} from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { isHttp } from '../context.ts';
import { filterMetadata } from '../messages/core.ts';
import { weftStruct } from '../provenance.ts';
import { isKubernetesService } from '../world.ts';

/** As `virtualHost`, for callers that are told which attempt a request is. */
export function callersVirtualHost(...given: Parameters<typeof virtualHost>): VirtualHost {
  return { ...virtualHost(...given), includeRequestAttemptCount: true };
}

/** @param domains without those that an earlier virtual host has; empty is allowed and gives no virtual host. */
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

/** Every name that a caller in `callerNamespace` may use for the service, the full one first. */
export function serviceNames(service: ServiceView, callerNamespace: string, domain: string): readonly string[] {
  if (!isKubernetesService(service, domain)) return [service.host];
  const aliases = hostAliases(service.name, service.namespace, domain);
  return service.namespace === callerNamespace ? [...aliases, service.name] : aliases;
}

/** Each name with the port, and bare for the one port that a URL without a port means. */
export function portDomains(service: ServiceView, port: ServicePortView, names: readonly string[]): readonly string[] {
  const withPort = names.map((name) => `${name}:${port.number}`);
  return isHttp(port) && bareHttpPort(service) === port.number ? [...withPort, ...names] : withPort;
}

/** Port 80, or where the service has none, its first HTTP port. */
function bareHttpPort(service: ServiceView): number | undefined {
  if (service.ports.some((port) => port.number === 80)) return 80;
  return service.ports.find(isHttp)?.number;
}

/** Gives each domain to the first that asks: Envoy refuses a configuration that has one twice. */
export function createDomainClaims(): { claim(domains: readonly string[]): readonly string[] } {
  const taken = new Set<string>();
  return {
    claim(domains) {
      const free = [...new Set(domains.map((domain) => domain.toLowerCase()))].filter((domain) => !taken.has(domain));
      for (const domain of free) taken.add(domain);
      return free;
    },
  };
}
