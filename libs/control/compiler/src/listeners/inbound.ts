/** A sidecar's inbound listeners: one for each port that peers connect to. Captured ports share another. */

import type { Listener } from '@weft/xds-messages/envoy/config/listener/v3/listener';
import type { Context, Generator } from '../context.ts';
import { type IngressTarget, ingressTargets } from '../ingress.ts';
import { httpInspector, tlsInspector } from '../messages/listener-filters.ts';
import { httpConnectionManager, httpFilter } from '../messages/network-filters.ts';
import { tcpProxy } from '../messages/tcp-proxy.ts';
import { downstreamMutualTls } from '../messages/transport-sockets.ts';
import { inboundClusterName, listenerName } from '../names.ts';
import { authorizationNetworkFilters } from '../network-filters/authorization.ts';
import { policyNotices } from '../policies/applied.ts';
import { inboundMode, type MutualTlsMode } from '../policies/peer-authentication.ts';
import { inboundRoutes } from '../routes/inbound.ts';
import { type InboundPort, inboundChains, inboundKind, isInspected } from './inbound-chains.ts';
import { type Chain, listener } from './listener.ts';
import { listenerInputs } from './listener-inputs.ts';
import { serverTls } from './server-tls.ts';

const ownHttpAlpn = ['istio-http/1.1', 'http/1.1'];
const tunnelAlpn = ['istio'];

export const inboundListeners: Generator = (context) => {
  if (context.proxy.type !== 'sidecar') return;
  for (const target of ingressTargets(context)) {
    const { bind } = target;
    if (bind === undefined) continue;
    const mode = inboundMode(context, target.workloadPort);
    context.emit({
      type: 'listener',
      name: listenerName(bind, target.port),
      scope: context.proxy.id,
      inputs: [...listenerInputs(context), ...targetInputs(target), mode],
      build: () => ({ message: inboundListener(context, target, bind, mode), notices: policyNotices(context) }),
    });
  }
};

/** All that an inbound chain reads of its target. */
export function targetInputs(target: IngressTarget): readonly unknown[] {
  const { from } = target;
  return [
    target.bind,
    target.port,
    target.workloadPort,
    target.protocol,
    target.sniffed,
    target.kind,
    target.tls,
    target.servicePorts[0],
    target.services[0]?.host,
    from.file,
    from.line,
    from.resource,
  ];
}

/** How the port is taken, wherever its connections come in. */
export function inboundPort(context: Context, target: IngressTarget, mode: MutualTlsMode): InboundPort {
  const { proxy } = context;
  const cluster = inboundClusterName(target.workloadPort);
  const captured = target.bind === undefined;
  return {
    cluster,
    statPrefix: captured ? `inbound_0.0.0.0_${target.port}` : `inbound_${target.bind}_${target.port}`,
    kind: inboundKind(target),
    mode,
    destinationPort: captured ? target.port : undefined,
    routes: {
      cluster,
      port: target.servicePorts[0] ?? target.port,
      host: target.services[0]?.host ?? proxy.workloadName,
      from: target.from,
    },
    ownTls: target.tls === undefined || mode !== 'DISABLE' ? undefined : serverTls(context, target.tls)?.socket,
  };
}

function inboundListener(context: Context, target: IngressTarget, bind: string, mode: MutualTlsMode): Listener {
  const { world } = context;
  const port = inboundPort(context, target, mode);
  const tunnelled = target.kind === 'own' && target.protocol !== 'http';
  const ownPort = target.kind === 'own' && mode === 'STRICT';
  const chains = ownPort
    ? [ownChain(context, port, tunnelled)]
    : inboundChains(context, tunnelled ? { ...port, kind: 'tcp' } : port);
  const inspected = !ownPort && (isInspected(port) || mode === 'STRICT');
  return listener({
    context,
    name: listenerName(bind, target.port),
    bind,
    port: target.port,
    inbound: true,
    chains,
    listenerFilters: inspected ? [tlsInspector(), ...(port.kind === 'sniffed' ? [httpInspector()] : [])] : [],
    detectionTimeoutMs: world.input.mesh.protocolDetectionTimeoutMs,
    from: target.from,
  });
}

/** A port that the sidecar declares by itself takes peers of the mesh and nobody else: nothing has to be looked at. */
function ownChain(context: Context, { cluster, statPrefix, routes }: InboundPort, tunnelled: boolean): Chain {
  const manager = () =>
    httpConnectionManager(context, {
      statPrefix,
      routes: inboundRoutes(routes),
      upgrades: ['websocket'],
      serverName: 'istio-envoy',
      side: 'inbound',
    });
  return {
    filters: tunnelled
      ? [
          ...authorizationNetworkFilters(context),
          tcpProxy(context, { inbound: true, statPrefix: cluster, targets: [{ cluster, weight: 1 }] }),
        ]
      : [httpFilter(manager())],
    transportSocket: downstreamMutualTls(context.world.input, tunnelled ? tunnelAlpn : ownHttpAlpn),
  };
}
