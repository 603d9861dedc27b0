/** One request and its answer on a client's connection: the object is used again for the next. */

import type { ConnectionInfo, Exchange } from '@weft/data-filters';
import type { Cluster, Endpoint, HttpHandlerTable, Route, RouteTarget, WorkloadLabels } from '@weft/data-runtime';
import type { UpstreamClient, UpstreamConnection, UpstreamPools, Waiter, Wire } from '@weft/data-upstream';
import { type BodyReader, RequestHead } from '@weft/http1';
import { type Clock, describeProvenance, type ErrorCode, errorTable } from '@weft/kernel';
import { AnswerRelay } from './answer-relay.ts';
import { localAnswer } from './local-answer.ts';
import type { HttpPath } from './path.ts';
import { RequestRelay } from './request-relay.ts';

/** The connection that an exchange runs on. */
export interface ExchangeHost {
  readonly wire: Wire;
  readonly table: HttpHandlerTable;
  readonly clock: Clock;
  readonly pools: UpstreamPools;
  readonly path: HttpPath;
  /** The answer must say that the connection ends. */
  readonly closing: boolean;
  /** The endpoint takes more of the request's body. */
  onUpstreamRoom(): void;
  /** @param keep the connection may serve another request. */
  onExchangeDone(keep: boolean): void;
  /** The answer cannot be finished: the client must see that it is not whole. */
  onExchangeBroken(): void;
  /** From now on both connections only carry bytes. @param greeting what the client is told first. @param early what the endpoint already sent after it. */
  onTunnel(upstream: UpstreamConnection, greeting: string, early: Buffer | undefined): void;
}

const noRequest = new RequestHead();
const noFields: string[] = [];
const idempotent = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);

export class HttpExchange implements Exchange, UpstreamClient {
  readonly connection: ConnectionInfo;
  readonly logged: boolean;
  readonly kept: Exchange['kept'] = {};
  readonly host: ExchangeHost;
  /** The request's body, fed by the connection. */
  readonly body: BodyReader;

  request = noRequest;
  path = '';
  authority = '';
  startedAtMs = 0;
  startedMonotonicMs = 0;
  introduction = '';
  peerWorkload: WorkloadLabels | undefined;
  route: Route | undefined;
  target: RouteTarget | undefined;
  cluster: Cluster | undefined;
  endpoint: Endpoint | undefined;
  upstreamLocalAddress = '';
  upstreamPeerUri: string | undefined;
  status = 0;
  responseFields = noFields;
  errorCode: ErrorCode | undefined;
  flag = '-';
  details = '';
  transportFailure = '';
  reason = '';
  bytesReceived = 0;
  bytesSent = 0;
  requestHeadBytes = 0;
  responseHeadBytes = 0;
  upstreamServiceMs = -1;
  durationMs = 0;

  /** 0: none. Counted from `requestEndMs`, monotonic; that is 0 until the request is whole. */
  timeoutMs = 0;
  requestEndMs = 0;
  active = false;
  upstream: UpstreamConnection | undefined;
  readonly #outgoing: RequestRelay;
  readonly #incoming: AnswerRelay;
  #waiter: Waiter | undefined;
  #stage = 0;
  #resent = false;

  constructor(host: ExchangeHost, connection: ConnectionInfo) {
    this.host = host;
    this.logged = host.table.accessLog;
    this.connection = connection;
    this.#outgoing = new RequestRelay(this);
    this.body = this.#outgoing.body;
    this.#incoming = new AnswerRelay(this);
  }

  /** @param bytes holds the first part of the body from `from` to `to`; valid during the call. */
  begin(request: RequestHead, bytes: Buffer, from: number, to: number): void {
    this.#reset(request);
    this.path = request.path;
    this.authority = request.authority;
    this.requestHeadBytes = request.bytes;
    this.bytesReceived = to - from;
    if (this.body.done) this.requestEndMs = this.startedMonotonicMs;
    this.#outgoing.start(bytes, from, to);
    this.proceed();
    if (this.active && this.upstream === undefined) this.#outgoing.hold();
  }

  /** A request that is refused before it is one. */
  refuse(code: ErrorCode, reason: string): void {
    this.#reset(noRequest);
    this.fail(code, 'http1.codec_error', reason);
  }

  proceed(): void {
    const stages = this.host.path.request;
    while (this.active && this.#stage < stages.length) {
      const stage = stages[this.#stage] as (exchange: HttpExchange) => boolean;
      this.#stage += 1;
      if (!stage(this)) return;
    }
  }

  /** The last stage: to the endpoint. @param fresh not over an idle connection. */
  forward(cluster: Cluster, endpoint: Endpoint, fresh: boolean): void {
    this.#waiter = this.host.pools.acquire(cluster, endpoint, this, fresh);
  }

  onUpstreamReady(connection: UpstreamConnection): void {
    this.#waiter = undefined;
    this.upstream = connection;
    this.endpoint = connection.endpoint;
    this.upstreamLocalAddress = connection.localAddress;
    this.upstreamPeerUri = connection.peerUri;
    this.#incoming.start();
    if (this.request.method === 'CONNECT') {
      this.status = 200;
      this.details = 'via_upstream';
      this.host.onTunnel(connection, 'HTTP/1.1 200 OK\r\n\r\n', undefined);
      return;
    }
    this.#outgoing.send(connection);
  }

  onUpstreamFailed(code: ErrorCode, reason: string): void {
    this.#waiter = undefined;
    this.transportFailure = reason;
    const detail =
      code === 'upstream_overflow'
        ? 'upstream_reset_before_response_started{overflow}'
        : 'upstream_reset_before_response_started{remote_connection_failure}';
    this.fail(code, detail, this.#targetReason());
  }

  /** More of the body: `chunk` from `from` to `to`, already found valid. */
  onRequestBody(chunk: Buffer, from: number, to: number): void {
    this.bytesReceived += to - from;
    if (this.body.done) this.requestEndMs = this.host.clock.monotonic();
    this.#outgoing.onBody(chunk, from, to);
  }

  onDownstreamDrain(): void {
    this.upstream?.wire.resume();
  }

  /** The client went away. */
  onDownstreamClosed(): void {
    this.errorCode = 'downstream_closed';
    this.flag = 'DC';
    this.details = 'downstream_remote_disconnect';
    this.#dropUpstream();
    this.complete();
  }

  onUpstreamData(chunk: Buffer): void {
    this.#incoming.onData(chunk);
  }

  onUpstreamDrain(): void {
    this.host.onUpstreamRoom();
  }

  onUpstreamEnd(): void {
    if (!this.#incoming.onEnd()) this.#lost('');
  }

  onUpstreamClosed(reason: string): void {
    if (reason === '' && this.#incoming.onEnd()) return;
    this.upstream = undefined;
    this.#lost(reason);
  }

  onTimeout(): void {
    const from = this.route?.from;
    this.fail('upstream_timeout', 'response_timeout', from === undefined ? '' : describeProvenance(from));
  }

  onIdle(): void {
    this.fail('stream_idle', 'stream_idle_timeout', `stream idle timeout of listener ${this.host.table.statPrefix}`);
  }

  fail(code: ErrorCode, detail: string, reason: string): void {
    const begun = this.status !== 0;
    this.errorCode = code;
    this.flag = errorTable[code].responseFlag;
    this.details = detail;
    this.reason = reason;
    this.#dropUpstream();
    if (begun) {
      this.complete();
      this.host.onExchangeBroken();
      return;
    }
    const local = localAnswer(code, reason);
    this.#incoming.local(local.status, local.fields, local.body);
  }

  answer(status: number, fields: readonly string[], body: string, detail: string): void {
    this.details = detail;
    this.#dropUpstream();
    this.#incoming.local(status, fields, body);
  }

  /** The exchange is over: log and count it. The connection is told by the caller. */
  complete(): void {
    this.active = false;
    this.#outgoing.drop();
    this.durationMs = this.host.clock.monotonic() - this.startedMonotonicMs;
    for (const stage of this.host.path.complete) stage(this);
  }

  #reset(request: RequestHead): void {
    const { clock } = this.host;
    this.active = true;
    this.request = request;
    this.startedAtMs = clock.now();
    this.startedMonotonicMs = clock.monotonic();
    this.introduction = '';
    this.peerWorkload = undefined;
    this.route = undefined;
    this.target = undefined;
    this.cluster = undefined;
    this.endpoint = undefined;
    this.upstreamLocalAddress = '';
    this.upstreamPeerUri = undefined;
    this.status = 0;
    this.responseFields = noFields;
    this.errorCode = undefined;
    this.flag = '-';
    this.details = '';
    this.transportFailure = '';
    this.reason = '';
    this.bytesReceived = 0;
    this.bytesSent = 0;
    this.requestHeadBytes = 0;
    this.responseHeadBytes = 0;
    this.upstreamServiceMs = -1;
    this.timeoutMs = 0;
    this.requestEndMs = 0;
    this.upstream = undefined;
    this.#stage = 0;
    this.#resent = false;
  }

  #dropUpstream(): void {
    this.#waiter?.cancel();
    this.#waiter = undefined;
    const upstream = this.upstream;
    this.upstream = undefined;
    upstream?.destroy();
  }

  /** The endpoint's connection ended before its answer did. */
  #lost(reason: string): void {
    this.transportFailure = reason;
    const reused = this.#incoming.untouched && this.#wasReused;
    this.#dropUpstream();
    // The server may have closed an idle connection at the moment the request left: without a byte of an answer, and with
    // nothing but a head that may be repeated, it is sent again once, on a connection of its own.
    if (reused && !this.#resent && this.#mayResend() && this.cluster !== undefined && this.endpoint !== undefined) {
      this.#resent = true;
      this.forward(this.cluster, this.endpoint, true);
      return;
    }
    const when = this.status === 0 ? 'before' : 'after';
    const detail = `upstream_reset_${when}_response_started{connection_termination}`;
    this.fail('upstream_closed', detail, this.#targetReason());
  }

  get #wasReused(): boolean {
    return this.#incoming.reused;
  }

  #mayResend(): boolean {
    const { request } = this;
    if (request.framing === 'chunked' || (request.framing === 'length' && request.contentLength > 0)) return false;
    return idempotent.has(request.method) || request.header('idempotency-key') !== undefined;
  }

  #targetReason(): string {
    const from = this.cluster?.from ?? this.target?.from;
    return from === undefined ? '' : describeProvenance(from);
  }
}
