/** Everything about connected proxies: who may connect, what they are served, how they are. */

import * as grpc from '@grpc/grpc-js';
import type { TrustBundle } from '@weft/control-ca';
import {
  type CompileInput,
  type Compiler,
  type PlannedMesh,
  type Snapshot,
  sameButInstances,
} from '@weft/control-compiler';
import type { ProxyDescription } from '@weft/control-registry';
import type { Clock } from '@weft/kernel';
import type { Model } from '@weft/model';
import type { Logger } from '@weft/telemetry';
import type { Node } from '@weft/xds-messages/envoy/config/core/v3/base';
import { type Accepted, addClientStatusTo, createXdsServer, type Refusal, shortTypeName } from '@weft/xds-protocol';
import type { Authenticator, Via } from './authenticate.ts';
import type { MeshState } from './mesh-state.ts';
import type { ProxyStatus } from './operator-api/operator-view.ts';
import type { PlaneMetrics } from './plane-metrics.ts';
import { createConnectedProxies } from './proxies/connected.ts';
import type { StreamIdentity } from './proxies/describe-proxy.ts';
import { proxyStatuses } from './proxies/proxy-statuses.ts';
import { createPublisher } from './publish/publisher.ts';

export interface ProxyServiceOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly domain: string;
  readonly trustDomain: string;
  /** Roots and revocation lists as they are now. */
  trust(): TrustBundle;
  readonly state: MeshState;
  readonly authenticator: Authenticator;
  readonly compiler: Compiler;
  readonly metrics: PlaneMetrics;
  /** Key sets for JWTs that could be fetched; the same object until one changes. */
  keySets(): ReadonlyMap<string, string>;
}

export interface ProxyService {
  addTo(server: grpc.Server, via: Via): void;
  /** Adds CSDS for whoever has the operator's token. */
  addStatusTo(server: grpc.Server, isOperator: (authorization: string | undefined) => boolean): void;
  /** Follows a new model: proxies are described anew, snapshots compiled anew. */
  modelChanged(model: Model): void;
  /** Follows fetched keys: snapshots are compiled anew. */
  keySetsChanged(): void;
  /** Follows new roots or revocation lists. */
  trustChanged(): void;
  /** Ends the streams of an identity, which then has to show again who it is. */
  endStreamsOf(namespace: string, serviceAccount: string, reason: string): void;
  list(): readonly ProxyStatus[];
  /** As the compiler sees them. */
  connected(): readonly ProxyDescription[];
  /** Ids of proxies that have no stream and are expected back. */
  absent(): readonly string[];
  snapshot(proxyId: string): Snapshot | undefined;
  notices(): readonly string[];
  /** What is compiled now, and for whom: one side of a plan. */
  planned(): PlannedMesh;
  streamCount(): number;
  stop(): void;
}

export function createProxyService(options: ProxyServiceOptions): ProxyService {
  const { clock, logger, state, metrics } = options;
  const { registry } = state;
  const connected = createConnectedProxies(clock, options.trustDomain);
  const input = (): CompileInput => ({
    model: state.model(),
    registry: registry.view(),
    mesh: state.mesh(),
    keySets: options.keySets(),
    domain: options.domain,
    trustDomain: options.trustDomain,
    ...options.trust(),
  });
  const publisher = createPublisher({
    clock,
    logger,
    compiler: options.compiler,
    connected,
    input,
    send: (proxyId, snapshot) => xds.setSnapshot(proxyId, snapshot),
    onRound: (elapsedMs) => metrics.round(elapsedMs),
  });

  const connect = (node: Node, identity: StreamIdentity, peer: string): Accepted | Refusal => {
    const reconnects = connected.get(node.id) !== undefined;
    const joined = connected.join(node, identity, state.model());
    if ('refused' in joined) return joined;
    const { proxy } = joined;
    const full = registry.register(proxy);
    if (full !== undefined) {
      if (!reconnects) connected.leave(proxy.id);
      return { refused: true, status: grpc.status.RESOURCE_EXHAUSTED, reason: full };
    }
    // The registry counts streams, the xDS server tells of the last one only.
    if (reconnects) registry.disconnect(proxy.id);
    const snapshot = publisher.snapshotFor(proxy);
    logger.info({ proxy: proxy.id, type: proxy.type, workloadGroup: proxy.workloadGroup, peer }, 'proxy connected');
    return { refused: false, proxyKey: proxy.id, ...(snapshot === undefined ? {} : { snapshot }) };
  };

  const xds = createXdsServer<StreamIdentity>({
    async authenticate(metadata, peer, via, certificate) {
      try {
        return await options.authenticator.stream({ metadata, certificate }, via === 'clear' ? 'clear' : 'tls');
      } catch (error) {
        logger.error({ peer, err: error }, 'a proxy could not be authenticated; it is told to come again');
        throw error;
      }
    },
    onConnect(node, identity, peer) {
      const outcome = connect(node, identity, peer);
      if (outcome.refused) logger.warn({ proxy: node.id.slice(0, 512), peer, reason: outcome.reason }, 'proxy refused');
      return outcome;
    },
    onDisconnect(proxyId) {
      connected.leave(proxyId);
      publisher.forget(proxyId);
      registry.disconnect(proxyId);
      logger.info({ proxy: proxyId }, 'proxy disconnected');
    },
    onWord: (proxyId) => connected.heard(proxyId),
    identityKey: ({ workload }) =>
      workload === undefined ? 'nobody' : `${workload.namespace}/${workload.serviceAccount}`,
    clock,
    onHealth: (proxyId, healthy, message) => registry.setHealth(proxyId, healthy, message),
    onNack(proxyId, typeUrl, reason) {
      metrics.rejected(typeUrl);
      logger.warn({ proxy: proxyId, type: shortTypeName(typeUrl), reason }, 'proxy refused its configuration');
    },
    onPush: (_proxyId, typeUrl) => metrics.pushed(typeUrl),
  });

  const stopWatching = registry.onChange(() => publisher.changed('endpoints'));
  // A proxy that comes back within its grace finds what was made for it.
  const stopForgetting = registry.onLeave((proxyId) => options.compiler.forget(proxyId));
  let modelBefore: Model | undefined;

  return {
    addTo: (server, via) => xds.addTo(server, via),
    addStatusTo: (server, isOperator) =>
      addClientStatusTo(server, {
        clients: xds.clients,
        authorize(metadata) {
          const [authorization] = metadata.get('authorization');
          if (typeof authorization === 'string' && isOperator(authorization)) return undefined;
          const reason = "the operator's token is required: authorization: Bearer <token>";
          return { refused: true, status: grpc.status.UNAUTHENTICATED, reason };
        },
      }),
    modelChanged(model) {
      for (const { id, reason } of connected.setModel(model)) xds.endStreams(reason, id);
      const before = modelBefore;
      modelBefore = model;
      publisher.changed(before !== undefined && sameButInstances(before, model) ? 'endpoints' : 'configuration');
    },
    keySetsChanged: () => publisher.changed(),
    trustChanged: () => publisher.changed(),
    endStreamsOf(namespace, serviceAccount, reason) {
      for (const { identity, proxy } of connected.all()) {
        const { workload } = identity;
        if (workload?.namespace === namespace && workload.serviceAccount === serviceAccount)
          xds.endStreams(reason, proxy.id);
      }
    },
    list: () => proxyStatuses({ clock, connected, registry, typesOf: (id) => xds.status(id) }),
    connected: () => connected.all().map(({ proxy }) => proxy),
    absent: () =>
      registry
        .workloads()
        .filter(({ connected: here }) => !here)
        .map(({ proxy }) => proxy.id),
    snapshot: (proxyId) => publisher.lastSnapshot(proxyId),
    notices: () => publisher.notices(),
    planned: () => ({ input: input(), proxies: connected.all().map(({ proxy }) => proxy) }),
    streamCount: () => xds.streamCount(),
    stop() {
      stopWatching();
      stopForgetting();
      publisher.stop();
      xds.endStreams('the control plane is stopping');
    },
  };
}
