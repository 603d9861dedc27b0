/** A gateway's listeners: one per address and port of the servers that select it. */

import type { Generator } from '../context.ts';
import { type BoundServer, gatewayServers } from '../gateway-servers.ts';
import { httpConnectionManager, httpFilter } from '../messages/network-filters.ts';
import { gatewayRouteName, listenerName } from '../names.ts';
import { provenanceOf } from '../provenance.ts';
import { listener } from './listener.ts';

export const gatewayListeners: Generator = ({ proxy, world, emit }) => {
  if (proxy.type !== 'router') return;
  for (const [port, servers] of gatewayServers(world, proxy)) {
    for (const [bind, first] of firstOfEachBind(servers)) {
      const from = provenanceOf(first.gateway, first.rule);
      emit({
        type: 'listener',
        name: listenerName(bind, port),
        scope: proxy.id,
        inputs: [proxy.labels, proxy.workloadName, proxy.namespace, first.gateway, first.rule],
        build: () => ({
          message: listener({
            proxy,
            bind,
            port,
            inbound: false,
            filter: httpFilter(
              httpConnectionManager({
                statPrefix: `gateway_${bind}_${port}`,
                routes: gatewayRouteName(port),
                upgrades: ['websocket'],
                serverName: 'istio-envoy',
                side: 'gateway',
              }),
            ),
            from,
          }),
        }),
      });
    }
  }
};

function firstOfEachBind(servers: readonly BoundServer[]): ReadonlyMap<string, BoundServer> {
  const found = new Map<string, BoundServer>();
  for (const server of servers) {
    if (!found.has(server.bind)) found.set(server.bind, server);
  }
  return found;
}
