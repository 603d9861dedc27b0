/** A sidecar's inbound listeners: mutual TLS from peers, plain text to the application. */

import type { Context, Generator } from '../context.ts';
import { type IngressTarget, ingressTargets } from '../ingress.ts';
import { httpConnectionManager, httpFilter, tcpProxyFilter } from '../messages/network-filters.ts';
import { downstreamMutualTls } from '../messages/transport-sockets.ts';
import { inboundClusterName, listenerName } from '../names.ts';
import { inboundRoutes } from '../routes/inbound.ts';
import { listener } from './listener.ts';

const httpAlpn = ['istio-http/1.1', 'http/1.1'];
const tunnelAlpn = ['istio'];

export const inboundListeners: Generator = (context) => {
  const { proxy, world } = context;
  if (proxy.type !== 'sidecar') return;
  for (const target of ingressTargets(context)) {
    const { ingress, protocol, applicationPort, from } = target;
    context.emit({
      type: 'listener',
      name: listenerName(ingress.bind, ingress.port),
      scope: proxy.id,
      inputs: [
        proxy.labels,
        proxy.workloadName,
        proxy.namespace,
        world.input.trustDomain,
        protocol,
        applicationPort,
        target.servicePorts[0],
        target.services[0]?.host,
        from.file,
        from.line,
        from.resource,
      ],
      build: () => ({ message: inboundListener(context, target) }),
    });
  }
};

function inboundListener({ proxy, world }: Context, target: IngressTarget) {
  const { ingress, protocol, applicationPort, from } = target;
  const cluster = inboundClusterName(applicationPort);
  const isHttp = protocol === 'http';
  const statPrefix = `inbound_${ingress.bind}_${ingress.port}`;
  const filter = isHttp
    ? httpFilter(
        httpConnectionManager({
          statPrefix,
          routes: inboundRoutes({
            cluster,
            port: target.servicePorts[0] ?? ingress.port,
            host: target.services[0]?.host ?? proxy.workloadName,
            from,
          }),
          upgrades: ['websocket'],
          serverName: 'istio-envoy',
          side: 'inbound',
        }),
      )
    : tcpProxyFilter(cluster, cluster);
  return listener({
    proxy,
    bind: ingress.bind,
    port: ingress.port,
    inbound: true,
    filter,
    transportSocket: downstreamMutualTls(world.input.trustDomain, isHttp ? httpAlpn : tunnelAlpn),
    from,
  });
}
