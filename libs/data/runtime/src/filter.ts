/** The shape of every HTTP filter, what a filter sees of an exchange, and how a kind of filter is plugged in. */

import type { DescMessage } from '@bufbuild/protobuf';
import type { Any } from '@bufbuild/protobuf/wkt';
import type { HttpProtocol, RequestHead } from '@weft/http';
import type { Cancel, ErrorCode } from '@weft/kernel';
import type { AccessLogFilter } from '@weft/xds-messages/envoy/config/accesslog/v3/accesslog';
import type { Cluster, Endpoint, WorkloadLabels } from './tables/cluster.ts';
import type { AccessLogTable } from './tables/http-handler.ts';
import type { Direction, NetworkFilter } from './tables/listener.ts';
import type { Ref, Route, RouteTarget } from './tables/route.ts';

/** What a certificate says; made once a connection. Lists are in the order of the certificate. */
export interface PeerCertificate {
  readonly uris: readonly string[];
  readonly dnsNames: readonly string[];
  /** RFC 2253: "CN=x,O=y". */
  readonly subject: string;
  readonly issuer: string;
  /** Hexadecimal, lower case. */
  readonly serial: string;
  /** SHA-256 of the DER, lower-case hex. */
  readonly hash: string;
  readonly pem: string;
}

/** What is known of a client's connection; resolved when it is accepted. Addresses are "127.0.0.1:40000". */
export interface ConnectionInfo {
  /** The client: the socket's peer, or what the PROXY protocol said. */
  readonly remoteAddress: string;
  /** The socket's peer, whatever anyone said. */
  readonly directRemoteAddress: string;
  /** Where the client wanted to go: the socket's own address, or the original destination. */
  readonly localAddress: string;
  /** False: `localAddress` is the socket's own; ORIGINAL_DST clusters have no endpoint for such a connection. */
  readonly restored?: boolean;
  readonly tls: boolean;
  readonly tlsVersion: string;
  /** SPIFFE URI of the client's certificate, where it was verified. */
  readonly peerUri: string | undefined;
  /** SHA-256 of that certificate's DER, lower-case hex. */
  readonly peerCertificateHash: string | undefined;
  /** The whole certificate, read when it is first asked for. */
  readonly peerCertificate: () => PeerCertificate | undefined;
  /** The certificate that this end showed; where it is not given, none is known. */
  readonly localCertificate?: () => PeerCertificate | undefined;
  readonly sni: string | undefined;
  readonly alpn: string | undefined;
  readonly direction: Direction;
}

/** Passes the body of one direction through a filter. */
export interface BodyTransform {
  /** What came cannot be a message, and the filter ends the exchange: nothing more of it goes on, its end least of all. */
  readonly refused?: boolean;
  /** @param bytes from `from` to `to`, valid during the call. @returns what goes on, the receiver's; empty: nothing now. */
  onData(bytes: Buffer, from: number, to: number, end: boolean): Buffer;
  /** The message ended with trailers. @returns data that goes before the end and the trailers that go on (flat; empty: none). */
  onTrailers(fields: string[]): { readonly data: Buffer; readonly fields: string[] };
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
  readonly state: Map<string, unknown>;

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
  metadata: Map<string, Record<string, unknown>> | undefined;

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

/**
 * A filter of one listener, with its configuration compiled in. Each function is called in the order of the path's list for
 * requests, in the opposite order for answers. None may throw; none may call another filter.
 */
export interface HttpFilter {
  readonly name: string;
  /** @returns false: the exchange was ended here, or will go on with `proceed`. */
  readonly onRequest?: (exchange: Exchange) => boolean;
  /** Before the head of an answer is written, the proxy's own answers too. */
  readonly onResponse?: (exchange: Exchange) => void;
  readonly onResponseTrailers?: (exchange: Exchange) => void;
  /** After all: exactly once for each exchange that the filter's `onRequest` could see, whatever became of it (also while waiting). */
  readonly onComplete?: (exchange: Exchange) => void;
}

/** Says of a message type which of its fields (proto names) are understood; see `check/check-fields.ts`. */
export type SupportedFields = Readonly<Record<string, readonly string[]>>;

/** What compiling a filter may need of the tables. */
export interface FilterContext {
  clusterRef(name: string): Ref<Cluster | undefined>;
  readonly direction: Direction;
  /** stat_prefix of the HTTP connection manager. */
  readonly statPrefix: string;
}

/** How one xDS message becomes a filter. One for each folder of data/filters that xDS configures. */
export interface HttpFilterKind {
  /** Of `typed_config`. */
  readonly schema: DescMessage;
  /** Of `typed_per_filter_config`; nothing: the entry's filter takes none. */
  readonly perRouteSchema?: DescMessage;
  /** All messages below the two, those that are Envoy-wide and listed in the runtime's own table excepted. */
  readonly supported: SupportedFields;
  /**
   * @param name of the http_filters entry: key of `filterConfig`. @param config passed the field check already.
   * @returns the filter; nothing: the configuration makes it do nothing. @throws WeftError `config_rejected` (`refuse`).
   */
  compile(config: Any, name: string, context: FilterContext, where: string): HttpFilter | undefined;
  /** @returns what `filterConfig` will give. @throws WeftError `config_rejected`. */
  compilePerRoute?(config: Any, context: Omit<FilterContext, 'statPrefix' | 'direction'>, where: string): unknown;
}

/** How one xDS message becomes a filter of connections. */
export interface NetworkFilterKind {
  readonly schema: DescMessage;
  readonly supported: SupportedFields;
  /** @returns the filter; nothing: the configuration makes it do nothing. @throws WeftError `config_rejected`. */
  compile(
    config: Any,
    name: string,
    context: Omit<FilterContext, 'statPrefix'>,
    where: string,
  ): NetworkFilter | undefined;
}

/** How one xDS message becomes an access log. */
export interface AccessLogKind {
  readonly schema: DescMessage;
  /** All messages below it, those of AccessLogFilter too. */
  readonly supported: SupportedFields;
  /** @param filter of the access_log entry; nothing: every exchange. Both passed the field check. @throws WeftError `config_rejected`. */
  compile(config: Any, filter: AccessLogFilter | undefined, where: string): AccessLogTable;
}

/** `filterConfig` of an entry that FilterConfig.disabled turns off for a route. */
export const filterDisabled: unique symbol = Symbol('filter disabled');

/**
 * Method of a compiled per-route configuration that does not go over that of the levels above, but joins it: called with
 * what they say, it gives what `filterConfig` will give.
 */
export const levelsAbove: unique symbol = Symbol('levels above');

/** A small request of a filter's own: to an authoriser, a rate-limit service, a key server. */
export interface Callout {
  readonly cluster: Ref<Cluster | undefined>;
  readonly method: string;
  readonly authority: string;
  /** With query. */
  readonly target: string;
  /** Flat. */
  readonly fields: readonly string[];
  readonly body: Buffer;
  readonly timeoutMs: number;
  /** HTTP/2 with the body framed as one gRPC message; the answer's body comes unframed. */
  readonly grpc: boolean;
}

export interface CalloutAnswer {
  readonly status: number;
  /** Flat. */
  readonly fields: readonly string[];
  readonly trailers: readonly string[];
  readonly body: Buffer;
}

/** Sends callouts over the pools of clusters; bounded in number and in the size of answers. */
export interface Callouts {
  /** @param done called once, later or at once; not after the returned cancel. A failure is a code of the table and why. */
  send(
    callout: Callout,
    done: (answer: CalloutAnswer | { readonly code: ErrorCode; readonly reason: string }) => void,
  ): Cancel;
}
