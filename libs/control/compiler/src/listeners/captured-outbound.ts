/** Listeners for captured outbound connections: the one that gets them all, and those that it hands them to by destination. */

import type { Listener } from '@weft/xds-messages/envoy/config/listener/v3/listener';
import type { Context, Generator } from '../context.ts';
import { httpInspector, tlsInspector } from '../messages/listener-filters.ts';
import { httpConnectionManager, httpFilter } from '../messages/network-filters.ts';
import { tcpProxy } from '../messages/tcp-proxy.ts';
import { blackHoleCluster, listenerName, outboundCapturePort, passthroughCluster } from '../names.ts';
import { builtIn, notice } from '../provenance.ts';
import { clusterScope } from '../service-clusters.ts';
import { type CapturedListener, capturedPlan, everywhere } from './captured-plan.ts';
import { withoutConflicts } from './chain-conflicts.ts';
import { type Chain, listener } from './listener.ts';
import { listenerInputs } from './listener-inputs.ts';
import { serviceChains } from './outbound-tcp.ts';
import type { TcpFindings } from './tcp-targets.ts';

/** What the HTTP inspector finds. */
const httpNames = ['http/1.0', 'http/1.1', 'h2c'];

export const capturedOutbound: Generator = (context) => {
  const { proxy, scope, world, emit } = context;
  if (proxy.type !== 'sidecar' || proxy.interception === 'NONE') return;
  // Replicas of a workload share theirs.
  const shared = `${clusterScope(context)}|${proxy.workloadName}`;
  emit({
    type: 'listener',
    name: 'virtualOutbound',
    scope: shared,
    inputs: [...listenerInputs(context), scope.outbound, scope.egressCluster, proxy.interception],
    build: () => ({
      message: virtualOutbound(context),
      missingClusters: scope.egressCluster === undefined ? [] : [scope.egressCluster],
    }),
  });
  for (const planned of capturedPlan(context)) {
    emit({
      type: 'listener',
      name: listenerName(planned.bind, planned.port),
      scope: shared,
      inputs: [
        ...listenerInputs(context),
        planned.routes,
        scope.outbound,
        scope.egressCluster,
        scope.view,
        world.routingInputs,
        ...planned.services.flatMap(({ service, port, view }) => [service, port, view]),
      ],
      build() {
        const findings: TcpFindings = {
          notices: new Set(),
          missingClusters: new Set(scope.egressCluster === undefined ? [] : [scope.egressCluster]),
        };
        const message = capturedListener(context, planned, findings);
        return {
          message,
          notices: [...findings.notices],
          missingClusters: [...findings.missingClusters],
          absent: message.filterChains.length === 0,
        };
      },
    });
  }
};

function virtualOutbound(context: Context): Listener {
  const { proxy } = context;
  const itself: Chain = {
    name: 'virtualOutbound-blackhole',
    match: { destinationPort: outboundCapturePort },
    filters: [toCluster(context, blackHoleCluster)],
  };
  return listener({
    context,
    name: 'virtualOutbound',
    bind: everywhere,
    port: outboundCapturePort,
    inbound: false,
    chains: [itself, { ...unknownDestination(context), name: 'virtualOutbound-catchall-tcp' }],
    capture: 'redirect',
    transparent: proxy.interception === 'TPROXY',
    from: builtIn('all that the application sends'),
  });
}

/** Where connections go that no service has an address or a port for. */
function unknownDestination(context: Context): Chain {
  const { outbound, egressCluster } = context.scope;
  const anywhere = egressCluster ?? passthroughCluster;
  return { filters: [toCluster(context, outbound === 'ALLOW_ANY' ? anywhere : blackHoleCluster)] };
}

function toCluster(context: Context, cluster: string): Chain['filters'][number] {
  return tcpProxy(context, { inbound: false, statPrefix: cluster, targets: [{ cluster, weight: 1 }] });
}

function capturedListener(context: Context, planned: CapturedListener, findings: TcpFindings): Listener {
  const { world } = context;
  const { bind, port, routes } = planned;
  const chains = planned.services.flatMap(({ service, port: servicePort, addresses, view }) =>
    serviceChains(context, findings, view, service, servicePort, addresses),
  );
  const from = planned.services[0]?.port.from ?? builtIn('HTTP of all services on this port');
  const kept = withoutConflicts(chains, (left, by) => {
    const sentence = `${left.name ?? 'a service'} is not reached on ${bind}:${port}: ${by.name ?? 'another'} takes the same connections`;
    findings.notices.add(notice(from, sentence));
  });
  const takesAll = kept.some(({ match }) => match === undefined);
  const named = kept.some(({ match }) => match?.serverNames !== undefined);
  const all = routes === undefined ? kept : [...kept, httpChain(context, bind, port, routes)];
  return listener({
    context,
    name: listenerName(bind, port),
    bind,
    port,
    inbound: false,
    chains: all,
    ...(takesAll ? {} : { defaultChain: { ...unknownDestination(context), name: 'PassthroughFilterChain' } }),
    listenerFilters: routes !== undefined ? [tlsInspector(), httpInspector()] : named ? [tlsInspector()] : [],
    detectionTimeoutMs: world.input.mesh.protocolDetectionTimeoutMs,
    capture: 'virtual',
    from,
  });
}

/** Only what is seen to be plain HTTP: TLS on the same port is none of its business. */
function httpChain(context: Context, bind: string, port: number, routes: string): Chain {
  const manager = httpConnectionManager(context, {
    statPrefix: `outbound_${bind}_${port}`,
    routes,
    upgrades: ['websocket'],
    serverName: 'envoy',
    side: 'outbound',
  });
  return {
    name: routes,
    match: { transportProtocol: 'raw_buffer', applicationProtocols: httpNames },
    filters: [httpFilter(manager)],
  };
}
