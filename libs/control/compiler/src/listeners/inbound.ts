/** A sidecar's inbound listeners: one for each port that peers connect to. Captured ports share another. */

import type { Resource } from '@weft/model';
import type { Listener } from '@weft/xds-messages/envoy/config/listener/v3/listener';
import type { Context, Generator } from '../context.ts';
import { type IngressTarget, ingressTargets } from '../ingress.ts';
import type { PortGuard } from '../linkerd/guard.ts';
import { portGuard } from '../linkerd/port-guard.ts';
import { isOpaque, isPod } from '../linkerd/workload.ts';
import { httpInspector, tlsInspector } from '../messages/listener-filters.ts';
import { httpConnectionManager, httpFilter } from '../messages/network-filters.ts';
import { tcpProxy } from '../messages/tcp-proxy.ts';
import { downstreamMutualTls } from '../messages/transport-sockets.ts';
import { inboundClusterName, listenerName } from '../names.ts';
import { authorizationNetworkFilters } from '../network-filters/authorization.ts';
import { policyNotices } from '../policies/applied.ts';
import { inboundMode, type MutualTlsMode } from '../policies/peer-authentication.ts';
import { notice, provenanceOf } from '../provenance.ts';
import { inboundRoutes } from '../routes/inbound.ts';
import { type InboundPort, inboundChains, inboundKind, isInspected } from './inbound-chains.ts';
import { type Chain, listener } from './listener.ts';
import { inboundListenerInputs } from './listener-inputs.ts';
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
      inputs: [...inboundListenerInputs(context), ...targetInputs(target), mode],
      build() {
        const port = inboundPort(context, target, mode);
        return {
          message: inboundListener(context, target, bind, port),
          notices: [...policyNotices(context), ...guardNotices(isTunnelled(target) ? { ...port, kind: 'tcp' } : port)],
        };
      },
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
  const guard = portGuard(context, {
    number: target.workloadPort,
    name: target.kind === 'service' && isPod(context) ? '' : target.name,
  });
  return {
    cluster,
    statPrefix: captured ? `inbound_0.0.0.0_${target.port}` : `inbound_${target.bind}_${target.port}`,
    kind: (target.kind === 'own' ? undefined : writtenKind(context, target.workloadPort, guard)) ?? inboundKind(target),
    mode,
    destinationPort: captured ? target.port : undefined,
    routes: {
      cluster,
      port: target.servicePorts[0] ?? target.port,
      host: target.services[0]?.host ?? proxy.workloadName,
      from: target.from,
      guard,
    },
    guard,
    ownTls:
      target.tls === undefined || mode !== 'DISABLE' ? undefined : serverTls(context, target.tls, undefined)?.socket,
  };
}

/**
 * What a Server says of the protocol, else an annotation; a sidecar's own ports are declared by it, and their callers know them so.
 */
export function writtenKind(
  context: Context,
  port: number,
  guard: PortGuard | undefined,
): InboundPort['kind'] | undefined {
  switch (guard?.protocol) {
    case 'HTTP/1':
    case 'HTTP/2':
    case 'gRPC':
      return 'http';
    case 'opaque':
    case 'TLS':
      return 'tcp';
    default:
      return isOpaque(context, port) ? 'tcp' : undefined;
  }
}

/** Of bytes no routes are told apart, and no requests counted. */
export function guardNotices({ kind, guard }: Pick<InboundPort, 'kind' | 'guard'>): readonly string[] {
  if (guard === undefined) return [];
  const { routes, rateLimit, notices } = guard;
  if (kind !== 'tcp') return notices;
  const unused = [
    ...routes.map(({ route }) => route as Resource),
    ...(rateLimit === undefined ? [] : [rateLimit as Resource]),
  ];
  return [
    ...notices,
    ...unused.map((resource) =>
      notice(provenanceOf(resource, ''), 'its port carries bytes, not requests; it has no effect there'),
    ),
  ];
}

function inboundListener(context: Context, target: IngressTarget, bind: string, port: InboundPort): Listener {
  const { world } = context;
  const { mode } = port;
  const tunnelled = isTunnelled(target);
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
    guards: [port.guard],
  });
}

function isTunnelled({ kind, protocol }: IngressTarget): boolean {
  return kind === 'own' && protocol !== 'http';
}

/** A port that the sidecar declares by itself takes peers of the mesh and nobody else: nothing has to be looked at. */
function ownChain(context: Context, { cluster, statPrefix, routes, guard }: InboundPort, tunnelled: boolean): Chain {
  const manager = () =>
    httpConnectionManager(context, {
      statPrefix,
      routes: inboundRoutes(context.world, routes),
      upgrades: ['websocket'],
      serverName: 'istio-envoy',
      side: 'inbound',
      guard,
    });
  return {
    filters: tunnelled
      ? [
          ...authorizationNetworkFilters(context, guard),
          tcpProxy(context, { inbound: true, statPrefix: cluster, targets: [{ cluster, weight: 1 }] }),
        ]
      : [httpFilter(manager())],
    transportSocket: downstreamMutualTls(context.world.input, tunnelled ? tunnelAlpn : ownHttpAlpn),
  };
}
