/** The servers of all Gateways that select a proxy, by port: what its listeners and its routes are made from. */

import type { ProxyDescription } from '@weft/control-registry';
import { type GatewayServer, hasLabels, picksLabels, type Resource } from '@weft/model';
import type { Context } from './context.ts';
import { namedPorts } from './linkerd/workload.ts';
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

const made = new WeakMap<World, WeakMap<ProxyDescription, ReadonlyMap<number, readonly BoundServer[]>>>();

/** Port → its servers, the oldest Gateway first; the same map for as long as world and proxy are. */
export function gatewayServers(context: Context): ReadonlyMap<number, readonly BoundServer[]> {
  const { world, proxy } = context;
  const ofWorld = made.get(world) ?? new WeakMap<ProxyDescription, ReadonlyMap<number, readonly BoundServer[]>>();
  made.set(world, ofWorld);
  const servers = ofWorld.get(proxy) ?? findServers(context);
  ofWorld.set(proxy, servers);
  return servers;
}

function findServers(context: Context): ReadonlyMap<number, readonly BoundServer[]> {
  const { world, proxy } = context;
  const byPort = new Map<number, BoundServer[]>();
  let targets: ReadonlyMap<number, number> | undefined;
  for (const gateway of world.index.gateways) {
    if (!hasLabels(proxy.labels, gateway.spec.selector)) continue;
    // A Gateway of the Gateway API is a workload of its own namespace.
    if (isTranslated(gateway) && gateway.namespace !== proxy.namespace) continue;
    if (isIngress(gateway)) targets ??= targetPorts(context);
    for (const [position, written] of gateway.spec.servers.entries()) {
      const number = (isIngress(gateway) ? targets?.get(written.port.number) : undefined) ?? written.port.number;
      const server = number === written.port.number ? written : { ...written, port: { ...written.port, number } };
      const bound = { gateway, server, rule: `servers[${position}]`, bind: server.bind ?? proxy.gatewayBind };
      const list = byPort.get(number);
      if (list === undefined) byPort.set(number, [bound]);
      else list.push(bound);
    }
  }
  return byPort;
}

/** An Ingress knows ports 80 and 443 alone: the Services of the gateway say where its workload listens for them, its Pod what their names mean. */
function targetPorts(context: Context): ReadonlyMap<number, number> {
  const { namespace, labels } = context.proxy;
  const names = namedPorts(context);
  const found = new Map<number, number>();
  for (const { namespace: owner, spec } of context.world.input.model.byKind('Service')) {
    if (owner !== namespace || !picksLabels(spec.selector, labels)) continue;
    for (const { port, targetPort } of spec.ports) {
      const target = typeof targetPort === 'string' ? names.get(targetPort)?.[0] : targetPort;
      if (target !== undefined && !found.has(port)) found.set(port, target);
    }
  }
  return found;
}
