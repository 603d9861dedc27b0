/** One request and its answer: the object is used again for the next one of its connection. */

import {
  type BodyTransform,
  type Cluster,
  type ConnectionInfo,
  type Endpoint,
  type Exchange,
  type Route,
  type RouteTarget,
  SmallMap,
  type WorkloadLabels,
} from '@weft/data-runtime';
import { type HttpProtocol, RequestHead, type ResponseHead } from '@weft/http';
import { type ErrorCode, errorTable } from '@weft/kernel';
import { AnswerRelay } from './answer-relay.ts';
import { AttemptRunner } from './attempts/attempt-runner.ts';
import type { Downstream } from './downstream/downstream.ts';
import { withFlag } from './flags.ts';
import { isGrpc } from './grpc-answer.ts';
import type { HttpContext } from './http-context.ts';
import { localAnswer, reasonField } from './local-answer.ts';
import { RequestRelay } from './request-relay.ts';
import { chooseRoute } from './stages/route.ts';
import { ExchangeTimeouts } from './timeouts.ts';

export const noRequest = new RequestHead();
const noHttp2Request = new RequestHead();
noHttp2Request.protocol = 'HTTP/2';
const noFields: string[] = [];
const nothing = Buffer.alloc(0);

export class HttpExchange implements Exchange {
  readonly connection: ConnectionInfo;
  readonly context: HttpContext;
  readonly downstream: Downstream;
  readonly logged: boolean;
  readonly kept: Exchange['kept'];
  readonly state = new SmallMap<unknown>();
  readonly metadata = new SmallMap<Record<string, unknown>>();

  request = noRequest;
  scheme = 'http';
  method = '';
  path = '';
  query = '';
  hasQuery = false;
  authority = '';
  downstreamAddress = '';
  startedAtMs = 0;
  startedMonotonicMs = 0;
  grpc = false;
  introduction = '';
  peerWorkload: WorkloadLabels | undefined;
  route: Route | undefined;
  target: RouteTarget | undefined;
  cluster: Cluster | undefined;
  endpoint: Endpoint | undefined;
  upstreamLocalAddress = '';
  upstreamPeerUri: string | undefined;
  upstreamProtocol: HttpProtocol | '' = '';
  attempts = 0;
  status = 0;
  responseFields = noFields;
  localStatus = 0;
  responseBodyTaken: Exchange['responseBodyTaken'];
  responseTrailers = noFields;
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
  requestEndMs = -1;
  requestTransform: BodyTransform | undefined;
  responseTransform: BodyTransform | undefined;
  requestObserver: Exchange['requestObserver'];
  responseObserver: Exchange['responseObserver'];

  /** Between `begin` and `complete`. */
  active = false;
  /** Internal redirects followed so far. */
  redirects = 0;
  readonly outgoing: RequestRelay;
  readonly incoming: AnswerRelay;
  readonly runner: AttemptRunner;
  readonly timeouts: ExchangeTimeouts;
  #stage = 0;
  #reached = 0;

  /** @param kept what filters keep for the connection: shared by its exchanges. */
  constructor(context: HttpContext, connection: ConnectionInfo, kept: Exchange['kept'], downstream: Downstream) {
    this.context = context;
    this.connection = connection;
    this.kept = kept;
    this.downstream = downstream;
    this.logged = context.table.accessLogs.length > 0;
    this.outgoing = new RequestRelay(this);
    this.incoming = new AnswerRelay(this);
    this.runner = new AttemptRunner(this);
    this.timeouts = new ExchangeTimeouts(this);
  }

  /** @param bytes holds the first part of the body from `from` to `to`; valid during the call. @param end the request is whole with it. */
  begin(request: RequestHead, bytes: Buffer, from: number, to: number, end: boolean): void {
    this.#reset(request);
    this.bytesReceived = to - from;
    this.timeouts.start(end);
    this.outgoing.start(bytes, from, to, end);
    this.proceed();
    if (this.active) this.outgoing.hold();
  }

  /** A request that is refused before it is one. @param head what could be read of it. */
  refuse(code: ErrorCode, body: string, detail: string, reason: string, head: RequestHead): void {
    this.#reset(head);
    this.outgoing.start(nothing, 0, 0, true);
    this.failWith(code, errorTable[code].httpStatus, body, detail, reason);
  }

  /** A request of HTTP/2 whose codec reset its stream: there is nothing to answer, only to log. @param detail Envoy's response_code_details. */
  unread(detail: string): void {
    this.#reset(noHttp2Request);
    this.outgoing.start(nothing, 0, 0, true);
    this.onDownstreamClosed(detail, 'DR');
  }

  proceed(): void {
    const stages = this.context.path.request;
    while (this.active && this.#stage < stages.length) {
      const stage = stages[this.#stage] as (exchange: HttpExchange) => boolean;
      this.#stage += 1;
      if (this.#stage > this.#reached) this.#reached = this.#stage;
      if (!stage(this)) return;
    }
  }

  /** More of the body, without its framing; valid during the call only. */
  onRequestBody(bytes: Buffer, from: number, to: number, end: boolean): void {
    if (!this.active) return;
    this.bytesReceived += to - from;
    if (end) this.timeouts.requestEnded();
    this.outgoing.onBody(bytes, from, to, end);
  }

  /** The request is whole with it. */
  onRequestTrailers(fields: string[]): void {
    if (!this.active) return;
    this.timeouts.requestEnded();
    this.outgoing.onTrailers(fields);
  }

  onDownstreamDrain(): void {
    this.runner.resumeAnswer();
  }

  /** The client went away. @param detail Envoy's response_code_details. @param flag DR: it gave up the stream, not the connection. */
  onDownstreamClosed(detail: string, flag: 'DC' | 'DR' = 'DC'): void {
    this.errorCode = 'downstream_closed';
    this.addFlag(flag);
    this.details = detail;
    this.complete();
  }

  /** The client has ended its side of a tunnel, before the endpoint did: Envoy counts that as its leaving. */
  tunnelLeft(): void {
    if (this.runner.answered) return;
    this.addFlag('DC');
    this.details = 'downstream_remote_disconnect';
  }

  onSweep(nowMs: number): void {
    if (this.active) this.timeouts.onSweep(nowMs);
  }

  filterConfig(name: string): unknown {
    return this.target?.filterConfigs?.get(name) ?? this.route?.filterConfigs?.get(name);
  }

  addFlag(flag: string): void {
    this.flag = withFlag(this.flag, flag);
  }

  fail(code: ErrorCode, detail: string, reason: string): void {
    this.failWith(code, errorTable[code].httpStatus, undefined, detail, reason);
  }

  /** As `fail`, with another status and body than the table's. */
  failWith(code: ErrorCode, status: number, body: string | undefined, detail: string, reason: string): void {
    if (!this.active) return;
    const begun = this.status !== 0;
    const { responseFlag } = errorTable[code];
    this.errorCode = code;
    if (responseFlag !== '-') this.addFlag(responseFlag);
    this.details = detail;
    this.reason = reason;
    this.runner.stop();
    if (begun) {
      this.complete();
      this.downstream.broken();
      return;
    }
    const { table, reasonHeader } = this.context;
    const told = reasonHeader ? reason : undefined;
    const answer = localAnswer(code, told, this.attempts > 1, table.suppressEnvoyHeaders);
    // What the client's own deadline ends is told with its own code; the others as their HTTP status says.
    const grpcStatus = code === 'stream_duration' ? errorTable[code].grpcStatus : -1;
    this.incoming.local(status, answer.fields, body ?? answer.body, grpcStatus);
  }

  answer(status: number, fields: readonly string[], body: string | Buffer, detail: string): void {
    this.answerGrpc(status, -1, body, fields, detail);
  }

  answerGrpc(
    status: number,
    grpcStatus: number,
    message: string | Buffer,
    fields: readonly string[],
    detail: string,
  ): void {
    if (!this.active || this.status !== 0) return;
    this.details = detail;
    this.runner.stop();
    const told = this.context.reasonHeader && this.reason !== '' ? [...fields, ...reasonField(this.reason)] : fields;
    this.incoming.local(status, told, message, grpcStatus);
  }

  reroute(): boolean {
    return chooseRoute(this);
  }

  /** The request was changed to what a redirect names: it takes the path again from the route on. */
  redirected(): void {
    const { request } = this;
    this.method = request.method;
    this.scheme = request.scheme;
    this.authority = request.authority;
    this.path = request.path;
    this.query = request.query;
    this.hasQuery = request.hasQuery;
    this.upstreamServiceMs = -1;
    this.runner.begin();
    this.#stage = this.context.path.routeAt;
    this.proceed();
  }

  /**
   * The answer is a redirect that is followed: for filters behind the route, which begin again, this round is over, and the access logs get
   * a line, as Envoy writes one. Called before the request is changed.
   */
  endRound({ status, fields }: ResponseHead): void {
    const { complete, completeAfter, routeAt, log: logs } = this.context.path;
    this.status = status;
    this.responseFields = fields;
    this.details = 'internal_redirect';
    this.durationMs = this.context.clock.monotonic() - this.startedMonotonicMs;
    for (let i = 0; i < complete.length; i += 1) {
      const after = completeAfter[i] as number;
      if (after > routeAt + 1 && after <= this.#reached) (complete[i] as (exchange: HttpExchange) => void)(this);
    }
    for (const log of logs) log(this);
    this.#reached = routeAt;
    this.status = 0;
    this.responseFields = noFields;
    this.details = '';
  }

  readRequestBody(bytesMax: number, done: (body: Buffer, whole: boolean) => void): void {
    this.outgoing.read(bytesMax, done);
  }

  /** The exchange is over: log and count it. The client's side is told by the caller. */
  complete(): void {
    this.active = false;
    this.runner.stop();
    this.outgoing.drop();
    this.timeouts.stop();
    this.durationMs = this.context.clock.monotonic() - this.startedMonotonicMs;
    const { complete, completeAfter } = this.context.path;
    for (let i = 0; i < complete.length; i += 1) {
      if ((completeAfter[i] as number) <= this.#reached) (complete[i] as (exchange: HttpExchange) => void)(this);
    }
  }

  #reset(request: RequestHead): void {
    const { clock } = this.context;
    this.active = true;
    this.request = request;
    this.scheme = request.scheme !== '' ? request.scheme : this.connection.tls ? 'https' : 'http';
    this.method = request.method;
    this.path = request.path;
    this.query = request.query;
    this.hasQuery = request.hasQuery;
    this.authority = request.authority;
    this.downstreamAddress = this.connection.remoteAddress;
    this.startedAtMs = clock.now();
    this.startedMonotonicMs = clock.monotonic();
    this.grpc = isGrpc(request.fields);
    this.introduction = '';
    this.peerWorkload = undefined;
    if (this.metadata.size > 0) this.metadata.clear();
    this.route = undefined;
    this.target = undefined;
    this.cluster = undefined;
    this.endpoint = undefined;
    this.upstreamLocalAddress = '';
    this.upstreamPeerUri = undefined;
    this.upstreamProtocol = '';
    this.attempts = 0;
    this.#resetAnswer(request.bytes);
  }

  #resetAnswer(headBytes: number): void {
    this.status = 0;
    this.localStatus = 0;
    this.responseBodyTaken = undefined;
    this.responseFields = noFields;
    this.responseTrailers = noFields;
    this.errorCode = undefined;
    this.flag = '-';
    this.details = '';
    this.transportFailure = '';
    this.reason = '';
    this.bytesReceived = 0;
    this.bytesSent = 0;
    this.requestHeadBytes = headBytes;
    this.responseHeadBytes = 0;
    this.upstreamServiceMs = -1;
    this.requestEndMs = -1;
    this.requestTransform = undefined;
    this.responseTransform = undefined;
    this.requestObserver = undefined;
    this.responseObserver = undefined;
    this.redirects = 0;
    if (this.state.size > 0) this.state.clear();
    this.runner.begin();
    this.#stage = 0;
    this.#reached = 0;
  }
}
