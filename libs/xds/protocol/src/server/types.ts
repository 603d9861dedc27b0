/** What a control plane gives to the xDS server and hears from it. */

import type * as grpc from '@grpc/grpc-js';
import type { Clock } from '@weft/kernel';
import type { Node } from '@weft/xds-messages/envoy/config/core/v3/base';

/** One resource, ready to be sent: equal content, equal version; the bytes are shared by all streams and never changed. */
export interface OpaqueResource {
  readonly name: string;
  readonly version: string;
  /** The message inside the Any. */
  readonly bytes: Uint8Array;
  /** How long the proxy may keep it without hearing from us, milliseconds; for ever where absent. Heartbeats are sent in time. */
  readonly ttlMs?: number;
}

/** Name → resource, of one type. The same object for the same content lets work be shared: differences are computed and encoded once per pair. */
export type ResourcesByName = ReadonlyMap<string, OpaqueResource>;

/** A map made of several without a name in common, so that proxies share what they have in common. Always as many layers for one type. */
export interface LayeredResources extends ResourcesByName {
  readonly layers: readonly ResourcesByName[];
}

/** All that one proxy is served. */
export interface OpaqueSnapshot {
  /** Type URL → name → resource. */
  readonly resources: ReadonlyMap<string, ResourcesByName>;
}

/** Ends a stream with a gRPC status; `reason` is sent to the peer. */
export interface Refusal {
  readonly refused: true;
  readonly status: grpc.status;
  readonly reason: string;
}

export interface Accepted {
  readonly refused: false;
  /** Which snapshot this stream is served from; several streams may share it. */
  readonly proxyKey: string;
  /** What to serve until the next `setSnapshot`; absent: nothing is answered until then. */
  readonly snapshot?: OpaqueSnapshot;
}

export interface XdsServerLimits {
  /** Streams open at a time. */
  readonly streamsMax: number;
  /** Streams of one proxy: one a type, twice while it reconnects. */
  readonly streamsPerProxyMax: number;
  /** Streams of all proxies of one identity (`identityKey`). */
  readonly streamsPerIdentityMax: number;
  /** Requests that one stream may send at once, */
  readonly requestsBurstMax: number;
  /** and each second after that. */
  readonly requestsPerSecondMax: number;
  /** Types subscribed on one stream. */
  readonly typesPerStreamMax: number;
  /** Names subscribed of one type on one stream. */
  readonly namesPerTypeMax: number;
  /** UTF-16 units of one name. */
  readonly nameLengthMax: number;
  /** UTF-16 units that are kept of what a proxy says is wrong: a refusal's reason, a probe's message. */
  readonly reasonLengthMax: number;
  /** UTF-16 units of a type URL. */
  readonly typeUrlLengthMax: number;
  /** Encoded bytes that are kept of a node, its list of extensions left out. */
  readonly nodeBytesMax: number;
  /** UTF-16 units of a nonce; ours are shorter than 20. */
  readonly nonceLengthMax: number;
  /** Encoded resources kept for the streams that want the same, bytes. */
  readonly encodedBytesMax: number;
  /** Written, and not yet taken by the transport: of one stream, before more is made for it, bytes. */
  readonly unsentPerStreamMax: number;
  /** Of all streams together, before anything is made for any, bytes. Streams that stall stop counting after `stalledAfterMs`. */
  readonly unsentMax: number;
  readonly stalledAfterMs: number;
  /** Of all stalled streams together, bytes: the longest stalled is ended first. */
  readonly stalledMax: number;
  /** How long a response may wait for a proxy to read it before its stream is ended. */
  readonly sendTimeoutMs: number;
}

export interface XdsServerOptions<Identity> {
  /**
   * Who opens the stream; a throw is answered with UNAVAILABLE. `via`: as given to `addTo`. `certificate`: DER of the client's, where
   * the connection has one that leads to a root that the server trusts.
   */
  authenticate(
    metadata: grpc.Metadata,
    peer: string,
    via: string,
    certificate: Uint8Array | undefined,
  ): Promise<Identity | Refusal>;
  /** The first request has come; its node has an id, and no list of extensions: nobody reads it, and Envoy's is long. */
  onConnect(node: Node, identity: Identity, peer: string): Accepted | Refusal;
  /** The last stream of a proxy has ended. */
  onDisconnect(proxyKey: string): void;
  onHealth(proxyKey: string, healthy: boolean, message: string): void;
  /** A response was refused by the proxy, with its reason. */
  onNack?(proxyKey: string, typeUrl: string, reason: string): void;
  /** A response was accepted by the proxy. */
  onAck?(proxyKey: string, typeUrl: string): void;
  /** A request was taken: the proxy is alive. */
  onWord?(proxyKey: string): void;
  /** A response was sent; how many resources it carries. */
  onPush?(proxyKey: string, typeUrl: string, resources: number): void;
  /** Which identity a stream counts for; each stream counts for itself where absent. */
  identityKey?(identity: Identity): string;
  readonly clock?: Clock;
  readonly limits?: Partial<XdsServerLimits>;
}

export interface TypeStatus {
  /** SYNCED: the last response was accepted and is current. STALE: not answered yet, or waiting. ERROR: refused. NOT SENT: never. */
  readonly state: 'SYNCED' | 'STALE' | 'NOT SENT' | 'ERROR';
  /** Version of the type that the proxy last accepted; empty for none. */
  readonly version: string;
  /** Reason of the refusal; empty unless ERROR. */
  readonly error: string;
}

export interface ClientStatus {
  readonly proxyKey: string;
  readonly node: Node;
  readonly snapshot: OpaqueSnapshot | undefined;
  readonly types: ReadonlyMap<string, TypeStatus>;
}

export interface XdsServer {
  /** Adds AggregatedDiscoveryService and the services of single types to a gRPC server; `via` tells `authenticate` which one. */
  addTo(server: grpc.Server, via: string): void;
  /** Serves `snapshot` to all streams of the proxy from now on. False where it has none: then nothing is kept. */
  setSnapshot(proxyKey: string, snapshot: OpaqueSnapshot): boolean;
  /** Type URL → status on the newest stream that carries the type; undefined where the proxy has no stream. */
  status(proxyKey: string): ReadonlyMap<string, TypeStatus> | undefined;
  /** Of all proxies with a stream, for CSDS. */
  clients(): readonly ClientStatus[];
  streamCount(): number;
  /** Ends the streams of one proxy, or all, with a status. */
  endStreams(reason: string, proxyKey?: string): void;
}
