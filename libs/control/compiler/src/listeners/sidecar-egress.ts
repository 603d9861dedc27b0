/** Egress listeners of a Sidecar that have a port of their own: the application connects to them by itself. */

import type { Listener } from '@weft/xds-messages/envoy/config/listener/v3/listener';
import type { Context, Generator } from '../context.ts';
import { isUnixAddress } from '../messages/core.ts';
import { httpInspector, tlsInspector } from '../messages/listener-filters.ts';
import { httpConnectionManager, httpFilter } from '../messages/network-filters.ts';
import { listenerName } from '../names.ts';
import { builtIn, notice } from '../provenance.ts';
import { egressListenerRoutes, isHttpProtocol, isSniffedProtocol } from '../routes/outbound-plan.ts';
import type { EgressListener } from '../scope/scope-listeners.ts';
import { withoutConflicts } from './chain-conflicts.ts';
import { type Chain, listener } from './listener.ts';
import { listenerInputs } from './listener-inputs.ts';
import { serviceChains } from './outbound-tcp.ts';
import type { TcpFindings } from './tcp-targets.ts';

/** What the HTTP inspector finds. */
const httpNames = ['http/1.0', 'http/1.1', 'h2c'];

export const sidecarEgress: Generator = (context) => {
  const { proxy, scope, world } = context;
  if (proxy.type !== 'sidecar') return;
  for (const egress of scope.egress) {
    if (egress.port === undefined || egress.captureMode !== 'NONE') continue;
    const { port } = egress;
    const bind = egress.bind || '127.0.0.1';
    context.emit({
      type: 'listener',
      name: isUnixAddress(bind) ? bind : listenerName(bind, port),
      scope: proxy.id,
      inputs: [...listenerInputs(context), egress, egress.view, scope.view, world.routingInputs],
      build() {
        const findings: TcpFindings = { notices: new Set(), missingClusters: new Set() };
        const message = egressListener(context, egress, bind, port, findings);
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

function egressListener(
  context: Context,
  egress: EgressListener,
  bind: string,
  port: number,
  findings: TcpFindings,
): Listener {
  const { world } = context;
  const from = egress.from ?? builtIn('egress of the sidecar');
  const common = {
    context,
    name: isUnixAddress(bind) ? bind : listenerName(bind, port),
    bind,
    port,
    inbound: false,
    detectionTimeoutMs: world.input.mesh.protocolDetectionTimeoutMs,
    from,
  };
  const { protocol } = egress;
  if (isHttpProtocol(protocol)) return listener({ ...common, chains: [httpChain(context, egress, bind)] });
  const chains = tcpChains(context, egress, port, findings);
  const named = chains.some(({ match }) => match?.serverNames !== undefined);
  if (!isSniffedProtocol(protocol))
    return listener({ ...common, chains, listenerFilters: named ? [tlsInspector()] : [] });
  const sniffed = { ...httpChain(context, egress, bind), match: { applicationProtocols: httpNames } };
  return listener({ ...common, chains: [sniffed, ...chains], listenerFilters: [tlsInspector(), httpInspector()] });
}

function httpChain(context: Context, egress: EgressListener, bind: string): Chain {
  const isProxy = egress.protocol === 'HTTP_PROXY';
  const manager = httpConnectionManager(context, {
    statPrefix: `outbound_${bind}_${egress.port}`,
    routes: egressListenerRoutes(context.scope, egress),
    upgrades: isProxy ? ['websocket', 'CONNECT'] : ['websocket'],
    allowAbsoluteUrl: isProxy,
    serverName: 'envoy',
    side: 'outbound',
  });
  return { filters: [httpFilter(manager)] };
}

/** The listener's own address is all that connections tell of where they go, besides server names. */
function tcpChains(context: Context, egress: EgressListener, port: number, findings: TcpFindings): readonly Chain[] {
  const chains = egress.view.services.flatMap((service) => {
    const servicePort = service.ports.find(
      ({ number, protocol }) => number === port && !['http', 'http2', 'grpc'].includes(protocol),
    );
    if (servicePort === undefined || !service.routable) return [];
    return serviceChains(context, findings, egress.view, service, servicePort, []);
  });
  return withoutConflicts(chains, (left, by) => {
    const sentence = `${left.name ?? 'a service'} is not reached by it: ${by.name ?? 'another'} takes the same connections`;
    findings.notices.add(notice(egress.from ?? builtIn('egress of the sidecar'), sentence));
  });
}
