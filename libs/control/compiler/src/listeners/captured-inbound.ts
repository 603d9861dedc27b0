/** The listener for captured inbound connections, for every port of the workload. */

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { PortRange } from '@weft/model';
import type { Listener } from '@weft/xds-messages/envoy/config/listener/v3/listener';
import {
  type ListenerFilter,
  type ListenerFilterChainMatchPredicate,
  ListenerFilterChainMatchPredicateSchema,
} from '@weft/xds-messages/envoy/config/listener/v3/listener_components';
import type { Context, Generator } from '../context.ts';
import { type IngressTarget, ingressTargets } from '../ingress.ts';
import { policedPorts, portGuard } from '../linkerd/port-guard.ts';
import { isWithin, skippedPorts } from '../linkerd/workload.ts';
import { httpInspector, originalDst, tlsInspector } from '../messages/listener-filters.ts';
import { tcpProxy } from '../messages/tcp-proxy.ts';
import { blackHoleCluster, inboundCapturePort, inboundPassthroughCluster } from '../names.ts';
import { policiesOf, policyNotices } from '../policies/applied.ts';
import { inboundMode, type MutualTlsMode } from '../policies/peer-authentication.ts';
import { builtIn, notice } from '../provenance.ts';
import { guardNotices, inboundPort, targetInputs, writtenKind } from './inbound.ts';
import { type InboundPort, inboundChains } from './inbound-chains.ts';
import { type Chain, listener } from './listener.ts';
import { inboundListenerInputs } from './listener-inputs.ts';

interface Captured {
  readonly target: IngressTarget;
  readonly mode: MutualTlsMode;
}

export const capturedInbound: Generator = (context) => {
  const { proxy, emit } = context;
  if (proxy.type !== 'sidecar' || proxy.interception === 'NONE') return;
  const captured = ingressTargets(context)
    .filter(({ bind }) => bind === undefined)
    .map((target) => ({ target, mode: inboundMode(context, target.workloadPort) }));
  const otherMode = inboundMode(context, unknownPort);
  emit({
    type: 'listener',
    name: 'virtualInbound',
    scope: proxy.id,
    inputs: [
      ...inboundListenerInputs(context),
      proxy.interception,
      otherMode,
      ...captured.flatMap(({ target, mode }) => [...targetInputs(target), mode]),
    ],
    build() {
      const { ports, notices } = capturedPorts(context, captured, otherMode);
      return {
        message: virtualInbound(context, ports),
        notices: [...policyNotices(context), ...notices, ...ports.flatMap(guardNotices)],
      };
    },
  });
};

/** A port that nobody declared: policies for single ports do not name it. */
const unknownPort = 0;

/** Those of services, those that policies are about beside them, and last all others. */
function capturedPorts(
  context: Context,
  captured: readonly Captured[],
  otherMode: MutualTlsMode,
): { readonly ports: readonly InboundPort[]; readonly notices: readonly string[] } {
  const policed = policedPorts(context);
  const { ranges, from } = skippedPorts(context, 'inbound');
  const named = inOrder(new Set([...policed, ...policiesOf(context).mutualTls.ports.keys()]));
  const known = [...captured.map(({ target }) => target.port), ...named];
  const { ports: skipped, cut } = expanded(ranges, known);
  const passed = skipped.map((port) => skippedPort(context, port));
  const own = captured.filter(({ target }) => !isWithin(ranges, target.port));
  const ports = [...passed, ...own.map(({ target, mode }) => inboundPort(context, target, mode))];
  const placed = new Set([inboundCapturePort, ...ports.map(({ destinationPort }) => destinationPort)]);
  const more = named.filter((port) => !placed.has(port));
  return {
    ports: [
      ...ports,
      ...more.map((port) => otherPort(context, port, inboundMode(context, port))),
      otherPort(context, 0, otherMode),
    ],
    notices: cut && from !== undefined ? [notice(from, cutSentence)] : [],
  };
}

/** Chains name single ports: of those that nobody declared the first ones count. */
const skippedPortsMax = 256;

const cutSentence = `of the ports that no Service, Server or PeerAuthentication names the first ${skippedPortsMax} are skipped; the others are taken as any port that nobody declared`;

/** In order. @param known ports that count before all others, and whatever their number. */
function expanded(
  ranges: readonly PortRange[],
  known: readonly number[],
): { readonly ports: readonly number[]; readonly cut: boolean } {
  const ports = new Set(known.filter((port) => port !== inboundCapturePort && isWithin(ranges, port)));
  let others = 0;
  for (const { first, last } of ranges) {
    for (let port = first; port <= last; port++) {
      if (ports.has(port) || port === inboundCapturePort) continue;
      if (others === skippedPortsMax) return { ports: inOrder(ports), cut: true };
      others += 1;
      ports.add(port);
    }
  }
  return { ports: inOrder(ports), cut: false };
}

function inOrder(ports: ReadonlySet<number>): readonly number[] {
  return [...ports].sort((a, b) => a - b);
}

/** Bytes as they come, without Linkerd's policies. The mesh's own TLS is ended all the same: callers of the mesh cannot know. */
function skippedPort(context: Context, number: number): InboundPort {
  return { ...otherPort(context, number, inboundMode(context, number)), kind: 'tcp', guard: undefined };
}

/** Passed on to where it was sent. @param number 0: any that nobody declared. */
function otherPort(context: Context, number: number, mode: MutualTlsMode): InboundPort {
  const from = builtIn('all that is sent to the workload');
  const cluster = inboundPassthroughCluster;
  const guard = portGuard(context, { number, name: '' });
  return {
    cluster,
    statPrefix: cluster,
    kind: writtenKind(context, number, guard) ?? 'sniffed',
    mode,
    destinationPort: number === 0 ? undefined : number,
    routes: { cluster, port: number, host: context.proxy.workloadName, from, guard },
    guard,
  };
}

function virtualInbound(context: Context, ports: readonly InboundPort[]): Listener {
  const { proxy, world } = context;
  const from = builtIn('all that is sent to the workload');
  const itself: Chain = {
    name: 'virtualInbound-blackhole',
    match: { destinationPort: inboundCapturePort },
    filters: [
      tcpProxy(context, {
        inbound: true,
        statPrefix: blackHoleCluster,
        targets: [{ cluster: blackHoleCluster, weight: 1 }],
      }),
    ],
  };
  return listener({
    context,
    name: 'virtualInbound',
    bind: '0.0.0.0',
    port: inboundCapturePort,
    inbound: true,
    chains: [itself, ...ports.flatMap((port) => inboundChains(context, port))],
    listenerFilters: [
      originalDst(),
      exceptOn(
        tlsInspector(),
        ports.filter((port) => port.kind === 'tcp' && port.mode === 'DISABLE'),
      ),
      exceptOn(
        httpInspector(),
        ports.filter((port) => port.kind === 'tcp'),
      ),
    ],
    detectionTimeoutMs: world.input.mesh.protocolDetectionTimeoutMs,
    transparent: proxy.interception === 'TPROXY',
    from,
    guards: ports.map(({ guard }) => guard),
  });
}

type PredicateInit = MessageInitShape<typeof ListenerFilterChainMatchPredicateSchema>;

/** Where a server may speak first, waiting for the client's bytes would wait for ever. */
function exceptOn(filter: ListenerFilter, ports: readonly InboundPort[]): ListenerFilter {
  const rules = ports.flatMap(({ destinationPort }): PredicateInit[] =>
    destinationPort === undefined
      ? []
      : [
          {
            rule: {
              case: 'destinationPortRange',
              value: { start: destinationPort, end: destinationPort + 1 },
            },
          },
        ],
  );
  const [first] = rules;
  if (first === undefined) return filter;
  const filterDisabled: ListenerFilterChainMatchPredicate = create(
    ListenerFilterChainMatchPredicateSchema,
    rules.length === 1 ? first : { rule: { case: 'orMatch', value: { rules } } },
  );
  return { ...filter, filterDisabled };
}
