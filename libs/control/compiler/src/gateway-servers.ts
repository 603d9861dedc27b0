/** The servers of all Gateways that select a proxy, by port: what its listeners and its routes are made from. */

import type { ProxyDescription } from '@weft/control-registry';
import type { GatewayServer, Resource } from '@weft/model';
import { isTranslated } from './translated/gateway-resources.ts';
import { isIngress } from './translated/ingresses.ts';
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
    for (const [position, written] of gateway.spec.servers.entries()) {
      const server = isIngress(gateway) ? atTargetPort(world, proxy, written) : written;
      const bound = { gateway, server, rule: `servers[${position}]`, bind: server.bind ?? proxy.gatewayBind };
      const list = byPort.get(server.port.number);
      if (list === undefined) byPort.set(server.port.number, [bound]);
      else list.push(bound);
    }
  }
  return byPort;
}

/** An Ingress knows ports 80 and 443 alone: a Service of the gateway says where its workload listens for them. */
function atTargetPort({ input }: World, { namespace, labels }: ProxyDescription, server: GatewayServer): GatewayServer {
  for (const { namespace: owner, spec } of input.model.byKind('Service')) {
    const pairs = Object.entries(spec.selector);
    const isOurs = owner === namespace && pairs.length > 0 && pairs.every(([key, value]) => labels[key] === value);
    const { targetPort } = (isOurs ? spec.ports.find(({ port }) => port === server.port.number) : undefined) ?? {};
    if (typeof targetPort === 'number') return { ...server, port: { ...server.port, number: targetPort } };
  }
  return server;
}
