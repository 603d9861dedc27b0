/** Which hosts of a VirtualService a server of a Gateway takes, and what is said where it takes none. */

import type { GatewayServer, Resource } from '@weft/model';
import { gatewayKey, hostCovers, type IndexedVirtualService } from './model-index.ts';
import { notice, provenanceOf } from './provenance.ts';

/** The hosts of the VirtualService that the server admits, or the server's where that is narrower. */
export function sharedHosts(
  rules: IndexedVirtualService,
  gateway: Resource<'Gateway'>,
  server: GatewayServer,
): readonly string[] {
  const found: string[] = [];
  for (const written of server.hosts) {
    const slash = written.indexOf('/');
    const namespace = slash < 0 ? '*' : written.slice(0, slash);
    const serverHost = written.slice(slash + 1).toLowerCase();
    const admitted = namespace === '.' ? gateway.namespace : namespace;
    if (admitted !== '*' && admitted !== rules.resource.namespace) continue;
    for (const host of rules.hosts) {
      if (hostCovers(serverHost, host)) found.push(host);
      else if (hostCovers(host, serverHost)) found.push(serverHost);
    }
  }
  return found;
}

/**
 * Gateways that VirtualServices name and that do not exist, and hosts that none of their Gateways takes. A host may be meant for the mesh where
 * "mesh" is named too, or for the Gateway that is missing: then it is not noted.
 */
export function gatewayNotices(
  virtualServices: readonly IndexedVirtualService[],
  gateways: readonly Resource<'Gateway'>[],
): readonly string[] {
  const byKey = new Map(gateways.map((gateway) => [`${gateway.namespace}/${gateway.name}`, gateway]));
  return virtualServices.flatMap((rules) => {
    const { resource } = rules;
    const missing = resource.spec.gateways.flatMap((name, position) => {
      const key = gatewayKey(name, resource.namespace);
      if (name === 'mesh' || byKey.has(key)) return [];
      const sentence = `there is no Gateway ${key}; create it, or name one as "namespace/name"`;
      return [notice(provenanceOf(resource, `gateways[${position}]`), sentence)];
    });
    const named = [...rules.gateways].flatMap((key) => byKey.get(key) ?? []);
    return missing.length > 0 || rules.mesh ? missing : unservedHosts(rules, named);
  });
}

function unservedHosts(rules: IndexedVirtualService, gateways: readonly Resource<'Gateway'>[]): readonly string[] {
  return rules.hosts.flatMap((host, position) => {
    const alone = { ...rules, hosts: [host] };
    const served = gateways.some((gateway) =>
      gateway.spec.servers.some((server) => sharedHosts(alone, gateway, server).length > 0),
    );
    if (served) return [];
    const named = [...rules.gateways].map((key) => `Gateway ${key}`).join(' or ');
    const { namespace } = rules.resource;
    const sentence = `no server of ${named} takes ${host} from namespace ${namespace}; add it to a server's hosts`;
    return [notice(provenanceOf(rules.resource, `hosts[${position}]`), sentence)];
  });
}
