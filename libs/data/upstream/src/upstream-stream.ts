/** A request on its way to one endpoint, whatever version of HTTP carries it: the contract of the pools with the request path. */

import type { Cluster, Endpoint } from '@weft/data-runtime';
import type { HttpProtocol, ResponseHead } from '@weft/http';
import type { ErrorCode } from '@weft/kernel';
import type { Wire } from './wire.ts';

/** Why an attempt ended without a whole answer; the words are those of Envoy's reset reasons. */
export type ResetReason =
  | 'remote_connection_failure'
  | 'connection_timeout'
  | 'connection_termination'
  | 'remote_reset'
  | 'remote_refused_stream_reset'
  | 'protocol_error'
  | 'overflow';

/** What an attempt is told to send. */
export interface OutgoingHead {
  readonly method: string;
  /** "http" or "https". */
  readonly scheme: string;
  readonly authority: string;
  /** Path with query. */
  readonly target: string;
  /** Flat, as `RequestHead.fields`. */
  readonly fields: readonly string[];
  /** Body follows in chunks: the length is not known. */
  readonly chunked: boolean;
  /** Upgrade that is asked for; empty: none. HTTP/2 makes an extended CONNECT of it. */
  readonly upgrade: string;
  /** As HTTP/1 clients spell it in Connection; nothing: in lower case. */
  readonly upgradeWord?: string;
  /** Field lines for the first request of a secured HTTP/1 connection, each with CRLF; over HTTP/2 they go as fields, likewise once. */
  readonly introduction: string;
}

/** The sending side of one attempt. Bytes given to it are valid during the call only: it copies what it must keep. */
export interface UpstreamStream {
  readonly endpoint: Endpoint;
  /** What the request travels over. 'HTTP/2' too where an HTTP/1.1 request is multiplexed between two Weft sidecars. */
  readonly protocol: HttpProtocol;
  /** "127.0.0.1:40000". */
  readonly localAddress: string;
  readonly peerUri: string | undefined;
  /** The connection had carried a request before. */
  readonly reused: boolean;
  /** The head with the first part of the body: one write for both. @param end the request is whole with it. @returns false: wait for `onUpstreamDrain`. */
  send(head: OutgoingHead, bytes: Buffer | undefined, from: number, to: number, end: boolean): boolean;
  /** @returns false: wait for `onUpstreamDrain`. */
  body(bytes: Buffer, from: number, to: number, end: boolean): boolean;
  /** Ends the request with trailers. Flat; HTTP/1 sends them after its last chunk. */
  trailers(fields: readonly string[]): void;
  /** The answer is not read any more until `resume`; other streams of the connection go on. */
  pause(): void;
  resume(): void;
  /** Gives the attempt up: nothing more is told. Safe at any time, also after the end. */
  reset(): void;
  /** HTTP/1, after `onUpstreamHead` with 101 or for a CONNECT before `send`: the connection itself, for a tunnel. The caller calls `finishTunnel` when it is over. */
  takeWire(): Wire | undefined;
  finishTunnel(): void;
}

/** The receiving side of an attempt: one long-lived object, no closure per request. Bytes are valid during the call only. */
export interface UpstreamClient {
  /** Send now; it may be called before `acquire` returns. */
  onUpstreamReady(stream: UpstreamStream): void;
  /** No connection was to be had. 'overflow' is `upstream_overflow`; the others are the dialer's codes. */
  onUpstreamFailed(code: ErrorCode, reset: ResetReason, reason: string): void;
  /** 100 to 199, but 101. */
  onUpstreamInformational(head: ResponseHead): void;
  /** The head with the first part of the body. 101 comes here too: the tunnel's first bytes are the part. @param end the answer is whole with it. */
  onUpstreamHead(head: ResponseHead, bytes: Buffer, from: number, to: number, end: boolean): void;
  onUpstreamBody(bytes: Buffer, from: number, to: number, end: boolean): void;
  /** The answer is whole with it. Flat. */
  onUpstreamTrailers(fields: string[]): void;
  onUpstreamDrain(): void;
  /**
   * The attempt ended early. @param unprocessed the endpoint cannot have acted on it: an idle connection closed under it, REFUSED_STREAM, GOAWAY.
   * @param code `upstream_closed` or `upstream_malformed`. @param detail a rule, a socket's error; may be empty.
   */
  onUpstreamReset(code: ErrorCode, reset: ResetReason, unprocessed: boolean, detail: string): void;
}

/** What a request asks the pools for. */
export interface AcquireOptions {
  /** Of the request: decides for clusters that speak as the client does. A gRPC or HTTP/2 request is 'HTTP/2'. */
  readonly protocol: HttpProtocol;
  readonly priority: 'default' | 'high';
  /** A connection of its own, of HTTP/1: upgrades where the cluster speaks HTTP/1, CONNECT tunnels. */
  readonly exclusive: boolean;
  /** For auto_sni and auto_san_validation. */
  readonly authority: string;
  /** PROXY protocol header to begin a new connection with; nothing: none. */
  readonly proxyHeader: Buffer | undefined;
}

/** A request without a connection yet. */
export interface Waiter {
  /** The request went away. A connection that is being made for it is kept for the next. */
  cancel(): void;
}

export interface UpstreamPools {
  /**
   * Counts the request against the breakers and finds or makes a connection. `client` hears `onUpstreamReady` or `onUpstreamFailed`, before this
   * returns or later. @returns nothing where the client was already answered.
   */
  acquire(cluster: Cluster, endpoint: Endpoint, client: UpstreamClient, options: AcquireOptions): Waiter | undefined;
  stats(cluster: Cluster): { readonly connections: number; readonly active: number };
  /** The endpoint left its cluster or became unhealthy with close_connections_on_host_health_failure: idle connections end, others when they are free. */
  forget(endpoint: Endpoint): void;
  /** Closes idle connections now, and stops the timer; requests in flight go on. */
  close(): void;
}
