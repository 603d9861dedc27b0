/** The ADS server: authenticates streams, serves each the snapshot of its proxy, in both forms of the protocol. */

import * as grpc from '@grpc/grpc-js';
import { AggregatedDiscoveryService } from '@weft/xds-messages/envoy/service/discovery/v3/ads';
import type {
  DeltaDiscoveryRequest,
  DeltaDiscoveryResponse,
  DiscoveryRequest,
  DiscoveryResponse,
} from '@weft/xds-messages/envoy/service/discovery/v3/discovery';
import { serviceDefinition } from '../grpc/service-adapter.ts';
import { type OpenStream, openConnection } from './connection.ts';
import { deltaVariant } from './delta.ts';
import { sotwVariant } from './sotw.ts';
import type { OpaqueSnapshot, XdsServer, XdsServerLimits, XdsServerOptions } from './types.ts';

export const defaultXdsServerLimits: XdsServerLimits = {
  streamsMax: 4096,
  typesPerStreamMax: 16,
  namesPerTypeMax: 20_000,
  nameLengthMax: 2048,
  reasonLengthMax: 1024,
};

interface Proxy {
  snapshot: OpaqueSnapshot | undefined;
  /** In the order in which they came. */
  readonly streams: Set<OpenStream>;
}

export function createXdsServer<Identity extends object>(options: XdsServerOptions<Identity>): XdsServer {
  const limits = { ...defaultXdsServerLimits, ...options.limits };
  const proxies = new Map<string, Proxy>();
  const open = new Set<OpenStream>();

  const join = (proxyKey: string, stream: OpenStream, snapshot: OpaqueSnapshot | undefined): void => {
    let proxy = proxies.get(proxyKey);
    if (proxy === undefined) {
      proxy = { snapshot: undefined, streams: new Set() };
      proxies.set(proxyKey, proxy);
    }
    proxy.streams.add(stream);
    proxy.snapshot = snapshot ?? proxy.snapshot;
    if (proxy.snapshot !== undefined) stream.serve(proxy.snapshot);
  };

  const leave = (proxyKey: string, stream: OpenStream): void => {
    const proxy = proxies.get(proxyKey);
    if (proxy === undefined || !proxy.streams.delete(stream) || proxy.streams.size > 0) return;
    proxies.delete(proxyKey);
    options.onDisconnect(proxyKey);
  };

  const host = { options, limits, open, join, leave };

  return {
    addTo(server, via) {
      const implementation: grpc.UntypedServiceImplementation = {};
      implementation[sotwVariant.method] = ((call) =>
        openConnection(host, call, sotwVariant, via)) as grpc.handleBidiStreamingCall<
        DiscoveryRequest,
        DiscoveryResponse
      >;
      implementation[deltaVariant.method] = ((call) =>
        openConnection(host, call, deltaVariant, via)) as grpc.handleBidiStreamingCall<
        DeltaDiscoveryRequest,
        DeltaDiscoveryResponse
      >;
      server.addService(serviceDefinition(AggregatedDiscoveryService), implementation);
    },
    setSnapshot(proxyKey, snapshot) {
      const proxy = proxies.get(proxyKey);
      if (proxy === undefined) return false;
      proxy.snapshot = snapshot;
      for (const stream of proxy.streams) stream.serve(snapshot);
      return true;
    },
    status: (proxyKey) => [...(proxies.get(proxyKey)?.streams ?? [])].at(-1)?.status(),
    streamCount: () => open.size,
    endStreams(reason, proxyKey) {
      const streams = proxyKey === undefined ? open : (proxies.get(proxyKey)?.streams ?? []);
      for (const stream of [...streams]) stream.end(grpc.status.UNAVAILABLE, reason);
    },
  };
}
