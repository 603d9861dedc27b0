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
import { deltaVariant } from './delta.ts';
import { sotwVariant } from './sotw.ts';
import { type AdsStream, createAdsStream } from './stream.ts';
import type { OpaqueSnapshot, Refusal, XdsServer, XdsServerLimits, XdsServerOptions } from './types.ts';
import type { RequestHead, Variant } from './variant.ts';

export const defaultXdsServerLimits: XdsServerLimits = {
  streamsMax: 4096,
  typesPerStreamMax: 16,
  namesPerTypeMax: 20_000,
  nameLengthMax: 2048,
  reasonLengthMax: 1024,
};

/** The part of a stream that the server needs whatever its form. */
interface OpenStream {
  serve(snapshot: OpaqueSnapshot): void;
  status: AdsStream<never>['status'];
  end(status: grpc.status, reason: string): void;
}

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

  const handle = <Request extends RequestHead, Response>(
    call: grpc.ServerDuplexStream<Request, Response>,
    variant: Variant<Request, Response>,
    via: string,
  ): void => {
    let proxyKey: string | undefined;
    let identity: Identity | undefined;
    let ended = false;

    const end = (status: grpc.status, reason: string): void => {
      if (ended) return;
      close();
      call.emit('error', { code: status, details: reason });
    };
    const close = (): void => {
      if (ended) return;
      ended = true;
      open.delete(stream);
      if (proxyKey !== undefined) leave(proxyKey, stream);
    };
    const ads = createAdsStream(variant, limits, {
      write: (response: Response) => call.write(response),
      onHealth: (healthy, message) => {
        if (proxyKey !== undefined) options.onHealth(proxyKey, healthy, message);
      },
      onAck: (typeUrl) => {
        if (proxyKey !== undefined) options.onAck?.(proxyKey, typeUrl);
      },
      onNack: (typeUrl, reason) => {
        if (proxyKey !== undefined) options.onNack?.(proxyKey, typeUrl, reason);
      },
      onPush: (typeUrl, resources) => {
        if (proxyKey !== undefined) options.onPush?.(proxyKey, typeUrl, resources);
      },
    });
    const stream: OpenStream = {
      status: ads.status,
      end,
      serve: (snapshot) => {
        if (!ended) ads.serve(snapshot);
      },
    };

    const connect = (request: Request): Refusal | undefined => {
      const { node } = request;
      if (node === undefined || node.id === '' || identity === undefined) {
        return {
          refused: true,
          status: grpc.status.INVALID_ARGUMENT,
          reason: 'the first request must carry a node id',
        };
      }
      const decision = options.onConnect(node, identity, call.getPeer());
      if (decision.refused) return decision;
      proxyKey = decision.proxyKey;
      join(proxyKey, stream, decision.snapshot);
      return undefined;
    };

    const receive = (request: Request): void => {
      if (ended) return;
      const refusal = (proxyKey === undefined ? connect(request) : undefined) ?? ads.receive(request);
      if (refusal !== undefined) end(refusal.status, refusal.reason);
    };

    call.on('cancelled', close);
    call.on('close', close);
    call.on('error', close);
    call.on('end', () => {
      close();
      call.end();
    });
    call.on('drain', () => {
      if (!ended) ads.flush();
    });
    if (open.size >= limits.streamsMax) {
      end(grpc.status.RESOURCE_EXHAUSTED, `more than ${limits.streamsMax} streams`);
      return;
    }
    open.add(stream);
    options.authenticate(call.metadata, call.getPeer(), via).then(
      (outcome) => {
        if (ended) return;
        if (isRefusal(outcome)) end(outcome.status, outcome.reason);
        else {
          identity = outcome;
          call.on('data', receive);
        }
      },
      () => end(grpc.status.UNAVAILABLE, 'the control plane cannot authenticate now'),
    );
  };

  return {
    addTo(server, via) {
      const implementation: grpc.UntypedServiceImplementation = {};
      implementation[sotwVariant.method] = ((call) => handle(call, sotwVariant, via)) as grpc.handleBidiStreamingCall<
        DiscoveryRequest,
        DiscoveryResponse
      >;
      implementation[deltaVariant.method] = ((call) => handle(call, deltaVariant, via)) as grpc.handleBidiStreamingCall<
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

function isRefusal(outcome: object): outcome is Refusal {
  return 'refused' in outcome && outcome.refused === true;
}
