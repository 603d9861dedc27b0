/** WEFT0108: a host that none of a VirtualService's Gateways takes. */

import { sharedHosts } from '../../gateway-hosts.ts';
import type { Analyser } from '../analyser.ts';

export const unservedHost: Analyser = {
  code: 'WEFT0108',
  name: 'unserved-host',
  severity: 'warning',
  istio: ['IST0132'],
  summary: 'A host of a VirtualService is admitted by no server of its Gateways.',
  effect: 'Requests for the host are answered with 404 at the gateway.',
  remedy: "Add the host to a server's `hosts` (`namespace/host` admits one namespace), or drop it here.",
  find: ({ index }) => {
    const byKey = new Map(index.gateways.map((gateway) => [`${gateway.namespace}/${gateway.name}`, gateway]));
    return index.virtualServices.flatMap((rules) => {
      const named = [...rules.gateways].flatMap((key) => byKey.get(key) ?? []);
      if (rules.mesh || named.length === 0 || named.length < rules.gateways.size) return [];
      return rules.hosts.flatMap((host, position) => {
        const alone = { ...rules, hosts: [host] };
        const served = named.some((gateway) =>
          gateway.spec.servers.some((server) => sharedHosts(alone, gateway, server).length > 0),
        );
        if (served) return [];
        const names = named.map((gateway) => `${gateway.namespace}/${gateway.name}`).join(', ');
        const message = `no server of ${names} takes ${host} from namespace ${rules.resource.namespace}`;
        return [{ resource: rules.resource, path: `spec.hosts[${position}]`, message }];
      });
    });
  },
};
