/** What a control plane gives to the xDS server and hears from it. */

import type * as grpc from '@grpc/grpc-js';
import type { Node } from '@weft/xds-messages/envoy/config/core/v3/base';

/** One resource, ready to be sent: equal content, equal version; the bytes are shared by all streams and never changed. */
export interface OpaqueResource {
  readonly name: string;
  readonly version: string;
  /** The message inside the Any. */
  readonly bytes: Uint8Array;
}

/** Name → resource, of one type. The same object for the same content lets work be shared. */
export type ResourcesByName = ReadonlyMap<string, OpaqueResource>;

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
  /** Types subscribed on one stream. */
  readonly typesPerStreamMax: number;
  /** Names subscribed of one type on one stream. */
  readonly namesPerTypeMax: number;
  /** UTF-16 units of one name. */
  readonly nameLengthMax: number;
  /** UTF-16 units that are kept of what a proxy says is wrong: a refusal's reason, a probe's message. */
  readonly reasonLengthMax: number;
}

export interface XdsServerOptions<Identity> {
  /** Who opens the stream; a throw is answered with UNAVAILABLE. `via`: as given to `addTo`. */
  authenticate(metadata: grpc.Metadata, peer: string, via: string): Promise<Identity | Refusal>;
  /** The first request has come; its node has an id. */
  onConnect(node: Node, identity: Identity, peer: string): Accepted | Refusal;
  /** The last stream of a proxy has ended. */
  onDisconnect(proxyKey: string): void;
  onHealth(proxyKey: string, healthy: boolean, message: string): void;
  /** A response was refused by the proxy, with its reason. */
  onNack?(proxyKey: string, typeUrl: string, reason: string): void;
  /** A response was accepted by the proxy. */
  onAck?(proxyKey: string, typeUrl: string): void;
  /** A response was sent; how many resources it carries. */
  onPush?(proxyKey: string, typeUrl: string, resources: number): void;
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

export interface XdsServer {
  /** Adds AggregatedDiscoveryService to a gRPC server; `via` tells `authenticate` which one. */
  addTo(server: grpc.Server, via: string): void;
  /** Serves `snapshot` to all streams of the proxy from now on. False where it has none: then nothing is kept. */
  setSnapshot(proxyKey: string, snapshot: OpaqueSnapshot): boolean;
  /** Type URL → status of the newest stream of a proxy; undefined where it has none. */
  status(proxyKey: string): ReadonlyMap<string, TypeStatus> | undefined;
  streamCount(): number;
  /** Ends the streams of one proxy, or all, with a status. */
  endStreams(reason: string, proxyKey?: string): void;
}
