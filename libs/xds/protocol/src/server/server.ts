/** The xDS server: authenticates streams, serves each the snapshot of its proxy, in both forms of the protocol, aggregated or by type. */

import * as grpc from '@grpc/grpc-js';
import { systemClock } from '@weft/kernel';
import type { Node } from '@weft/xds-messages/envoy/config/core/v3/base';
import type { DeltaDiscoveryRequest, DiscoveryRequest } from '@weft/xds-messages/envoy/service/discovery/v3/discovery';
import { createBatchEncoder } from './batch-encoder.ts';
import { type ConnectionHost, type OpenStream, openConnection } from './connection.ts';
import { deltaVariant } from './delta.ts';
import { refuse } from './request-bounds.ts';
import { createSendGate } from './send-gate.ts';
import { discoveryMethods } from './services.ts';
import { sotwVariant } from './sotw.ts';
import type { OpaqueSnapshot, TypeStatus, XdsServer, XdsServerLimits, XdsServerOptions } from './types.ts';

const mebibyte = 1024 * 1024;

export const defaultXdsServerLimits: XdsServerLimits = {
  streamsMax: 4096,
  streamsPerProxyMax: 16,
  streamsPerIdentityMax: 2048,
  requestsBurstMax: 5_000,
  requestsPerSecondMax: 200,
  typesPerStreamMax: 16,
  namesPerTypeMax: 20_000,
  nameLengthMax: 2048,
  reasonLengthMax: 1024,
  typeUrlLengthMax: 256,
  nodeBytesMax: 64 * 1024,
  nonceLengthMax: 128,
  encodedBytesMax: 64 * mebibyte,
  unsentPerStreamMax: 256 * 1024,
  unsentMax: 32 * mebibyte,
  stalledAfterMs: 1_000,
  stalledMax: 128 * mebibyte,
  sendTimeoutMs: 30_000,
};

interface Proxy {
  readonly node: Node;
  snapshot: OpaqueSnapshot | undefined;
  /** In the order in which they came. */
  readonly streams: Set<OpenStream>;
}

export function createXdsServer<Identity extends object>(options: XdsServerOptions<Identity>): XdsServer {
  const limits = { ...defaultXdsServerLimits, ...options.limits };
  const clock = options.clock ?? systemClock;
  const proxies = new Map<string, Proxy>();
  const identities = new Map<string, Set<OpenStream>>();
  const identityOf = new Map<OpenStream, string>();
  const open = new Set<OpenStream>();

  const host: ConnectionHost<Identity> = {
    options,
    limits,
    clock,
    gate: createSendGate(limits, clock),
    encoder: createBatchEncoder(limits.encodedBytesMax, clock),
    open,
    enter(identity, stream) {
      const key = options.identityKey?.(identity);
      if (key === undefined) return undefined;
      const streams = identities.get(key) ?? new Set<OpenStream>();
      if (streams.size >= limits.streamsPerIdentityMax) {
        return refuse(
          grpc.status.RESOURCE_EXHAUSTED,
          `more than ${limits.streamsPerIdentityMax} streams of one identity`,
        );
      }
      identities.set(key, streams.add(stream));
      identityOf.set(stream, key);
      return undefined;
    },
    room(proxyKey) {
      if ((proxies.get(proxyKey)?.streams.size ?? 0) < limits.streamsPerProxyMax) return undefined;
      return refuse(grpc.status.RESOURCE_EXHAUSTED, `more than ${limits.streamsPerProxyMax} streams of one proxy`);
    },
    join(proxyKey, node, stream, snapshot) {
      const proxy = proxies.get(proxyKey) ?? { node, snapshot: undefined, streams: new Set() };
      proxies.set(proxyKey, proxy);
      proxy.streams.add(stream);
      proxy.snapshot = snapshot ?? proxy.snapshot;
      if (proxy.snapshot !== undefined) stream.serve(proxy.snapshot);
    },
    leave(proxyKey, stream) {
      open.delete(stream);
      const identity = identityOf.get(stream);
      if (identity !== undefined) leaveIdentity(identity, stream);
      const proxy = proxyKey === undefined ? undefined : proxies.get(proxyKey);
      if (proxyKey === undefined || !proxy?.streams.delete(stream) || proxy.streams.size > 0) return;
      proxies.delete(proxyKey);
      options.onDisconnect(proxyKey);
    },
  };
  const leaveIdentity = (key: string, stream: OpenStream): void => {
    identityOf.delete(stream);
    const streams = identities.get(key);
    streams?.delete(stream);
    if (streams?.size === 0) identities.delete(key);
  };

  return {
    addTo(server, via) {
      const definition: Record<string, grpc.MethodDefinition<object, object>> = {};
      const implementation: grpc.UntypedServiceImplementation = {};
      for (const { form, onlyType, definition: method } of discoveryMethods) {
        definition[method.path] = method;
        const open =
          form === 'sotw'
            ? (call: grpc.ServerDuplexStream<DiscoveryRequest, Buffer>) =>
                openConnection(host, call, { variant: sotwVariant, onlyType, via })
            : (call: grpc.ServerDuplexStream<DeltaDiscoveryRequest, Buffer>) =>
                openConnection(host, call, { variant: deltaVariant, onlyType, via });
        implementation[method.path] = open as grpc.handleBidiStreamingCall<object, object>;
      }
      server.addService(definition, implementation);
    },
    setSnapshot(proxyKey, snapshot) {
      const proxy = proxies.get(proxyKey);
      if (proxy === undefined) return false;
      proxy.snapshot = snapshot;
      for (const stream of proxy.streams) stream.serve(snapshot);
      return true;
    },
    status(proxyKey) {
      const proxy = proxies.get(proxyKey);
      return proxy === undefined ? undefined : statusOf(proxy);
    },
    clients: () =>
      [...proxies].map(([proxyKey, proxy]) => {
        const { node, snapshot } = proxy;
        return { proxyKey, node, snapshot, types: statusOf(proxy) };
      }),
    streamCount: () => open.size,
    endStreams(reason, proxyKey) {
      const streams = proxyKey === undefined ? open : (proxies.get(proxyKey)?.streams ?? []);
      for (const stream of [...streams]) stream.end(grpc.status.UNAVAILABLE, reason);
    },
  };
}

/** Newer streams win. */
function statusOf({ streams }: Proxy): ReadonlyMap<string, TypeStatus> {
  const types = new Map<string, TypeStatus>();
  for (const stream of streams) for (const [typeUrl, status] of stream.status()) types.set(typeUrl, status);
  return types;
}
