/** The servers of all Gateways that select a proxy, by port: what its listeners and its routes are made from. */

import type { ProxyDescription } from '@weft/control-registry';
import type { GatewayServer, Resource } from '@weft/model';
import { isTranslated } from './translated/gateway-resources.ts';
import type { World } from './world.ts';

export interface BoundServer {
  readonly gateway: Resource<'Gateway'>;
  readonly server: GatewayServer;
  /** "servers[0]". */
  readonly rule: string;
  readonly bind: string;
}

/** Port → its servers, the oldest Gateway first. */
export function gatewayServers(world: World, proxy: ProxyDescription): ReadonlyMap<number, readonly BoundServer[]> {
  const byPort = new Map<number, BoundServer[]>();
  for (const gateway of world.index.gateways) {
    const pairs = Object.entries(gateway.spec.selector);
    if (!pairs.every(([key, value]) => proxy.labels[key] === value)) continue;
    // A Gateway of the Gateway API is a workload of its own namespace.
    if (isTranslated(gateway) && gateway.namespace !== proxy.namespace) continue;
    for (const [position, server] of gateway.spec.servers.entries()) {
      const bound = { gateway, server, rule: `servers[${position}]`, bind: server.bind ?? proxy.gatewayBind };
      const list = byPort.get(server.port.number);
      if (list === undefined) byPort.set(server.port.number, [bound]);
      else list.push(bound);
    }
  }
  return byPort;
}
