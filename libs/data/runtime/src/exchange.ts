/** One request and its answer, as stages, filters and access logs see them. */

import type { HttpProtocol, RequestHead } from '@weft/http';
import type { ErrorCode } from '@weft/kernel';
import type { ConnectionInfo } from './connection-info.ts';
import type { SmallMap } from './small-map.ts';
import type { Cluster, Endpoint, WorkloadLabels } from './tables/cluster.ts';
import type { Route, RouteTarget } from './tables/route.ts';

/** Passes the body of one direction through a filter. */
export interface BodyTransform {
  /** What came cannot be a message, and the filter ends the exchange: nothing more of it goes on, its end least of all. */
  readonly refused?: boolean;
  /** @param bytes from `from` to `to`, valid during the call. @returns what goes on, the receiver's; empty: nothing now. */
  onData(bytes: Buffer, from: number, to: number, end: boolean): Buffer;
  /** The message ended with trailers. @returns data that goes before the end and the trailers that go on (flat; empty: none). */
  onTrailers(fields: string[]): { readonly data: Buffer; readonly fields: string[] };
}

/** Namespace → content, for those who read it. */
export interface DynamicMetadata {
  get(namespace: string): Record<string, unknown> | undefined;
}

export interface ExchangeMetadata extends DynamicMetadata {
  set(namespace: string, content: Record<string, unknown>): unknown;
}

/**
 * One request and its answer. The object is used again for other requests: a filter keeps nothing of it past `onComplete`,
 * but for what it puts into `kept`.
 */
export interface Exchange {
  readonly connection: ConnectionInfo;
  /** The listener wants a line in the access log. */
  readonly logged: boolean;
  /** What filters keep from request to request of this connection, by the filter's name. */
  readonly kept: {
    accessLog?: unknown;
    forwardedClientCert?: unknown;
    istioMetrics?: unknown;
    peerMetadata?: unknown;
    [filter: string]: unknown;
  };
  /** What filters keep for this request only, by the filter's name: rate limit's answer, fault's state. Emptied at the start of each. */
  readonly state: SmallMap<unknown>;

  /** As it came, but for `fields`: they are changed in place on their way to the endpoint. */
  request: RequestHead;
  /** "http" or "https": ":scheme", x-forwarded-proto or the connection, in Envoy's order. */
  scheme: string;
  /** What will be sent; differ from the request's after a rewrite. `method` too: an internal redirect may change it. */
  method: string;
  path: string;
  query: string;
  hasQuery: boolean;
  authority: string;
  /** The trusted address of the client after x-forwarded-for, with its port where it is known. */
  downstreamAddress: string;
  /** Milliseconds since the epoch, and monotonic. */
  startedAtMs: number;
  startedMonotonicMs: number;
  /** The content-type says gRPC: errors made here are gRPC statuses. */
  grpc: boolean;

  /** Field lines, each with its CRLF, for the first request of an upstream connection only: what holds for all of them. */
  introduction: string;
  /** What an authenticated peer says of itself. */
  peerWorkload: WorkloadLabels | undefined;
  /** Envoy's dynamic metadata: namespace → content. Nothing: empty. JWT's payloads stand under "envoy.filters.http.jwt_authn". */
  metadata: ExchangeMetadata | undefined;

  route: Route | undefined;
  target: RouteTarget | undefined;
  cluster: Cluster | undefined;
  endpoint: Endpoint | undefined;
  upstreamLocalAddress: string;
  upstreamPeerUri: string | undefined;
  upstreamProtocol: HttpProtocol | '';
  /** Attempts made, retries included; 0: the request was not sent. */
  attempts: number;

  /** 0: no answer was begun. */
  status: number;
  responseFields: string[];
  /** HTTP status of an answer made here, whatever gRPC made of it; 0 or nothing: the endpoint's. */
  localStatus?: number;
  /** Flat; empty: none. Known in `onComplete` and in `onResponseTrailers`. */
  responseTrailers: string[];
  /** The failure that this proxy answered with or broke off for; nothing: the endpoint's answer, or a route's. */
  errorCode: ErrorCode | undefined;
  /** Envoy's response flags, joined with ","; "-": none. Add with `addFlag`. */
  flag: string;
  /** Envoy's response_code_details. */
  details: string;
  /** Why a connection that carried no request was ended; absent or empty: nothing to say. */
  readonly connectionTermination?: string;
  transportFailure: string;
  /** What decided, where it was not the endpoint: a rule or `describeProvenance`. Empty: nothing to say. */
  reason: string;
  /** Body bytes, and bytes of heads. */
  bytesReceived: number;
  bytesSent: number;
  requestHeadBytes: number;
  responseHeadBytes: number;
  /** From the first octet of the request to the head of the endpoint's answer; -1: there was none. */
  upstreamServiceMs: number;
  /** From the first octet of the request to its last; -1: it is not whole. */
  requestEndMs: number;
  /** Known in `onComplete`. */
  durationMs: number;

  /** Where set by a filter in `onRequest` or `onResponse`: that body passes through it. The last one set is nearest to the endpoint. */
  requestTransform: BodyTransform | undefined;
  responseTransform: BodyTransform | undefined;
  /**
   * Where set by a filter in `onResponse`, for an endpoint's answer: its body is read, up to `bytesMax`, and `done` may change status and
   * fields by it; then the head goes without a body.
   */
  responseBodyTaken?: { readonly bytesMax: number; done(body: Buffer): void } | undefined;
  /** Where set: sees the body's parts as they pass, changes nothing (gRPC message counts, tap). */
  requestObserver: ((bytes: Buffer, from: number, to: number) => void) | undefined;
  responseObserver: ((bytes: Buffer, from: number, to: number) => void) | undefined;

  /** The compiled per-route configuration of an http_filters entry: weighted cluster's, else route's, else virtual host's. */
  filterConfig(name: string): unknown;
  addFlag(flag: string): void;
  /** Ends the exchange with a failure of the table. @param detail Envoy's response_code_details. @param reason see `reason`. */
  fail(code: ErrorCode, detail: string, reason: string): void;
  /** Ends the exchange with an answer made here; for gRPC requests it is turned into a gRPC status as Envoy does. @param fields flat. */
  answer(status: number, fields: readonly string[], body: string | Buffer, detail: string): void;
  /** As `answer`, with a gRPC status and message of its own for gRPC requests. */
  answerGrpc(status: number, grpcStatus: number, message: string, fields: readonly string[], detail: string): void;
  /** Goes on after an `onRequest` that said false to wait. */
  proceed(): void;
  /** Chooses the route again (after a change of path or of headers that routes match). @returns false: there is none and the exchange was ended. */
  reroute(): boolean;
  /**
   * Reads the body before the request goes on; call it from `onRequest` and return false; call `proceed` later.
   * @param whole false: there was more than `bytesMax`, `body` has the first part. The body still goes to the endpoint.
   */
  readRequestBody(bytesMax: number, done: (body: Buffer, whole: boolean) => void): void;
}
