/** The shape of every filter, and what a filter sees of an exchange. */

import type { Cluster, Direction, Endpoint, Route, RouteTarget, WorkloadLabels } from '@weft/data-runtime';
import type { RequestHead } from '@weft/http1';
import type { ErrorCode } from '@weft/kernel';

/** What is known of a client's connection; resolved when it is accepted. Addresses are "127.0.0.1:40000". */
export interface ConnectionInfo {
  readonly remoteAddress: string;
  readonly localAddress: string;
  readonly tls: boolean;
  /** SPIFFE URI of the client's certificate. */
  readonly peerUri: string | undefined;
  /** SHA-256 of that certificate's DER, lower-case hex. */
  readonly peerCertificateHash: string | undefined;
  readonly sni: string | undefined;
  readonly alpn: string | undefined;
  readonly direction: Direction;
}

/**
 * One request and its answer. A connection has one such object for all its requests, one after another: a filter keeps
 * nothing of it past `onComplete`, but for what it puts into `kept`.
 */
export interface Exchange {
  readonly connection: ConnectionInfo;
  /** The listener wants a line in the access log. */
  readonly logged: boolean;
  /** What filters keep from request to request of this connection, by the filter's name. */
  readonly kept: { accessLog?: unknown; forwardedClientCert?: unknown; istioMetrics?: unknown; peerMetadata?: unknown };

  /** As it came, but for `fields`: they are changed in place on their way to the endpoint. */
  request: RequestHead;
  /** What will be sent; differ from the request's after a rewrite. */
  path: string;
  authority: string;
  /** Milliseconds since the epoch, and monotonic. */
  startedAtMs: number;
  startedMonotonicMs: number;

  /** Field lines, each with its CRLF, for the first request of an upstream connection only: what holds for all of them. */
  introduction: string;
  /** What an authenticated peer says of itself. */
  peerWorkload: WorkloadLabels | undefined;

  route: Route | undefined;
  target: RouteTarget | undefined;
  cluster: Cluster | undefined;
  endpoint: Endpoint | undefined;
  upstreamLocalAddress: string;
  upstreamPeerUri: string | undefined;

  /** 0: no answer was begun. */
  status: number;
  responseFields: string[];
  /** The failure that this proxy answered with or broke off for; nothing: the endpoint's answer, or a route's. */
  errorCode: ErrorCode | undefined;
  /** Envoy's response flag; "-": none. */
  flag: string;
  /** Envoy's response_code_details. */
  details: string;
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
  /** Known in `onComplete`. */
  durationMs: number;

  /** Ends the exchange with a failure of the table. @param detail Envoy's response_code_details. @param reason see `reason`. */
  fail(code: ErrorCode, detail: string, reason: string): void;
  /** Ends the exchange with an answer made here. @param fields flat. */
  answer(status: number, fields: readonly string[], body: string, detail: string): void;
  /** Goes on after an `onRequest` that said false to wait. */
  proceed(): void;
}

/**
 * A filter. Each function is called in the order of the path's list for requests, in the opposite order for answers.
 * None may throw; none may call another filter.
 */
export interface HttpFilter {
  readonly name: string;
  /** @returns false: the exchange was ended here, or will go on with `proceed`. */
  readonly onRequest?: (exchange: Exchange) => boolean;
  /** Before the head of an answer is written, the proxy's own answers too. */
  readonly onResponse?: (exchange: Exchange) => void;
  /** After all: exactly once for each exchange, whatever became of it. */
  readonly onComplete?: (exchange: Exchange) => void;
}
