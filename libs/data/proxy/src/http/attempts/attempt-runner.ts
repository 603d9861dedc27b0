/** The attempts at endpoints that a request needs: acquires, sends, retries, and passes on the answer that counts. */

import { type ForwardAction, requestOf } from '@weft/data-runtime';
import type { ResetReason, UpstreamClient, UpstreamStream, Waiter } from '@weft/data-upstream';
import { ResponseHead } from '@weft/http';
import type { Cancel, ErrorCode } from '@weft/kernel';
import type { HttpExchange } from '../exchange.ts';
import { httpLimits } from '../limits.ts';
import { addAnswerFields } from './answer-fields.ts';
import { EndpointChoice } from './endpoint-choice.ts';
import { createEnvoyHeaders, takeEnvoyHeaders } from './envoy-headers.ts';
import { followRedirect } from './internal-redirect.ts';
import { sendMirrors } from './mirrors.ts';
import { OutcomeReport } from './outcome-report.ts';
import { AcquireRequest, OutgoingRequest, set } from './outgoing-request.ts';
import { mayResend } from './resend.ts';
import { bodyOfReset, codeOfReset, detailOfReset, statusOf, targetReason } from './reset-answers.ts';
import { type FailedAttempt, RetryState, type RetryVerdict } from './retry-state.ts';
import { weighed, weighTimeouts } from './route-timeouts.ts';
import { type TryEnd, TryTimers, type TryTimersOwner, tryEnds } from './try-timers.ts';
import { failUnasked, opensTunnel, wasAskedFor } from './tunnel-answer.ts';
import { TunnelStream } from './tunnel-stream.ts';

const nothing = Buffer.alloc(0);

export class AttemptRunner implements UpstreamClient, TryTimersOwner {
  readonly outgoing = new OutgoingRequest();
  readonly choice: EndpointChoice;
  /** What the request's body may be kept of for another attempt. */
  keepBytesMax = 0;
  readonly #exchange: HttpExchange;
  readonly #acquire = new AcquireRequest();
  readonly #asked = createEnvoyHeaders();
  readonly #retry = new RetryState();
  readonly #report: OutcomeReport;
  readonly #timers: TryTimers;
  readonly #again: () => void;
  #waiter: Waiter | undefined;
  #stream: UpstreamStream | undefined;
  #backOff: Cancel | undefined;
  /** The answer of this attempt goes to the client. */
  #answering = false;
  #answered = false;
  #tunnel = false;
  #sent = false;
  #resends = 0;
  #mirrored = true;
  /** The route's timeout as this request got it: a mirror may leave after other requests were weighed. */
  #routeMs = 0;

  constructor(exchange: HttpExchange) {
    this.#exchange = exchange;
    this.choice = new EndpointChoice(exchange);
    this.#report = new OutcomeReport(exchange);
    this.#timers = new TryTimers(exchange.context.clock, this);
    this.#again = () => this.#retryNow();
  }

  /** A request begins on the exchange. */
  begin(): void {
    this.#answering = false;
    this.#answered = false;
    this.#tunnel = false;
    this.#resends = 0;
    this.#mirrored = true;
    this.keepBytesMax = httpLimits.spareBodyBytesMax;
    this.choice.begin();
  }

  /** The endpoint has said all. */
  get answered(): boolean {
    return this.#answered;
  }

  /** The stages are done: to the endpoint that they chose. */
  start(action: ForwardAction): void {
    const exchange = this.#exchange;
    const { cluster, request } = exchange;
    if (cluster === undefined) return;
    takeEnvoyHeaders(request.fields, this.#asked);
    weighTimeouts(exchange, action, this.#asked);
    this.#routeMs = weighed.routeMs;
    this.#timers.perTryMs = weighed.perTryMs;
    this.#timers.idleMs = action.retry?.perTryIdleTimeoutMs ?? 0;
    exchange.timeouts.useRoute(this.#routeMs, action.idleTimeoutMs, weighed.durationMs ?? action.maxDurationMs);
    this.#retry.start(action.retry, this.#asked, requestOf(exchange), cluster.breakers[action.priority]);
    this.#mirrored = action.mirrors.length === 0;
    if (this.#retry.on || !this.#mirrored || action.internalRedirect !== undefined) {
      this.keepBytesMax = Math.min(
        cluster.limits.bufferBytesMax,
        action.bufferBytesMax ?? cluster.limits.bufferBytesMax,
      );
    }
    this.outgoing.take(exchange);
    this.#acquire.take(exchange, cluster);
    if (!this.#mirrored && exchange.outgoing.ended) this.#mirror(action);
    this.#attempt();
  }

  resumeAnswer(): void {
    this.#stream?.resume();
  }

  /** The request's last octet is sent. */
  onRequestEnded(): void {
    const exchange = this.#exchange;
    if (!this.#mirrored && exchange.route?.action.kind === 'forward') this.#mirror(exchange.route.action);
    if (this.#tunnel && this.#answered) {
      this.#finish();
      return;
    }
    this.#report.requestEnded();
    if (!this.#answering) this.#timers.requestEnded();
  }

  /** Gives up what is under way. Safe at any time. */
  stop(): void {
    this.#waiter?.cancel();
    this.#waiter = undefined;
    this.#backOff?.();
    this.#backOff = undefined;
    this.#dropStream();
    this.#retry.release();
  }

  onRouteTimeout(): void {
    if (this.#stream === undefined || this.#answering) return;
    this.#report.failed('timeout');
    this.#report.timedOut();
    this.#report.broken(false);
  }

  onSweep(nowMs: number): void {
    this.#timers.sweep(nowMs, this.#stream !== undefined && !this.#tunnel);
  }

  onUpstreamReady(stream: UpstreamStream): void {
    const exchange = this.#exchange;
    this.#waiter = undefined;
    this.#stream = stream;
    exchange.endpoint = stream.endpoint;
    exchange.upstreamLocalAddress = stream.localAddress;
    exchange.upstreamPeerUri = stream.peerUri;
    exchange.upstreamProtocol = stream.protocol;
    const nowMs = this.#report.start();
    if (exchange.request.method === 'CONNECT' && !this.outgoing.connect) {
      // The connection is the answer.
      const head = new ResponseHead();
      head.status = 200;
      this.#enterTunnel(stream, head, nothing, 0, 0);
      return;
    }
    const ended = exchange.outgoing.ended;
    if (ended && exchange.request.framing === 'none') this.outgoing.sayLength(stream.protocol);
    this.#sent = true;
    this.#timers.start(nowMs, ended, exchange.cluster?.http.maxStreamDurationMs ?? 0);
    exchange.outgoing.attach(stream);
  }

  onUpstreamFailed(code: ErrorCode, reset: ResetReason, reason: string): void {
    this.#waiter = undefined;
    this.#exchange.transportFailure = reason;
    if (code !== 'upstream_overflow') this.#report.failed('connect-failed');
    this.#broken(code, reset);
  }

  onUpstreamInformational(head: ResponseHead): void {
    const { context, downstream } = this.#exchange;
    // Where the client was told to go on already, it is not told again.
    if (head.status === 100 && !context.table.proxy100Continue) return;
    downstream.informational(head.status, head.fields);
  }

  onUpstreamHead(head: ResponseHead, bytes: Buffer, from: number, to: number, end: boolean): void {
    const exchange = this.#exchange;
    this.#timers.onHead();
    this.#report.head(head, end);
    if (opensTunnel(exchange, this.outgoing.connect, head)) {
      this.#openTunnel(head, bytes, from, to);
      return;
    }
    const verdict = exchange.outgoing.repeatable ? this.#retry.afterHead(head.status, head.fields) : 'no';
    if (verdict === 'yes') {
      if (end) this.#loseStream();
      else this.#dropStream();
      this.#retryLater(head.fields);
      return;
    }
    this.#note(verdict);
    if (this.#redirected(head, end)) return;
    this.#answering = true;
    this.#report.passesOn(head, end);
    addAnswerFields(exchange, head);
    const room = exchange.incoming.start(head, bytes, from, to, end);
    if (!exchange.active) return;
    if (end) this.#finish();
    else if (!room) this.#stream?.pause();
  }

  onUpstreamBody(bytes: Buffer, from: number, to: number, end: boolean): void {
    const room = this.#exchange.incoming.body(bytes, from, to, end);
    this.#timers.onBytes();
    if (end) this.#finish();
    else if (!room) this.#stream?.pause();
  }

  onUpstreamTrailers(fields: string[]): void {
    this.#report.trailers(fields);
    this.#exchange.incoming.trailers(fields);
    this.#finish();
  }

  onUpstreamDrain(): void {
    this.#exchange.outgoing.onUpstreamRoom();
  }

  onUpstreamReset(code: ErrorCode, reset: ResetReason, unprocessed: boolean, detail: string): void {
    const exchange = this.#exchange;
    const multiplexed = this.#stream?.protocol === 'HTTP/2';
    this.#loseStream();
    exchange.transportFailure = detail;
    if (!this.#answering && unprocessed && mayResend(exchange, this.#resends, multiplexed)) {
      this.#resends += 1;
      this.#attempt();
      return;
    }
    this.#report.failed('reset');
    this.#broken(codeOfReset(code, reset), reset, code === 'upstream_malformed' ? detail : '');
  }

  /** One attempt at `exchange.endpoint`. */
  #attempt(): void {
    const exchange = this.#exchange;
    const { cluster, endpoint, context } = exchange;
    if (cluster === undefined || endpoint === undefined) return;
    const action = exchange.route?.action;
    if (this.#resends === 0 || exchange.attempts === 0) exchange.attempts += 1;
    if (action?.kind === 'forward') {
      if (action.attemptCountInRequest && (exchange.attempts > 1 || this.#resends === 0))
        set(exchange.request.fields, 'x-envoy-attempt-count', String(exchange.attempts));
      if (action.autoHostRewrite && endpoint.hostname !== '') this.outgoing.authority = endpoint.hostname;
    }
    if (endpoint.tls?.verify !== 'mesh') this.outgoing.introduction = '';
    this.#sent = false;
    this.#report.waiting(context.clock.monotonic());
    const waiter = context.pools.acquire(cluster, endpoint, this, this.#acquire);
    // It may have been answered, and even have led to another attempt, before this.
    if (waiter !== undefined) this.#waiter = waiter;
  }

  #broken(code: ErrorCode, reset: ResetReason, rule = ''): void {
    const exchange = this.#exchange;
    if (this.#retries(reset, this.#sent)) return;
    // A bound of this proxy is no fault of the endpoint.
    if (reset !== 'overflow') this.#report.broken(this.#answering);
    const begun = exchange.status !== 0;
    const body = bodyOfReset(reset, exchange.attempts);
    const reason = rule === '' ? targetReason(exchange) : rule;
    const transport = reset === 'remote_connection_failure' ? exchange.transportFailure : '';
    exchange.failWith(code, statusOf(code), body, detailOfReset(reset, begun, transport), reason);
  }

  /** After an attempt without an answer. @returns true where another one follows. */
  #retries(reset: FailedAttempt, sent: boolean): boolean {
    if (this.#answering || !this.#exchange.outgoing.repeatable) return false;
    const verdict = this.#retry.afterReset(reset, sent);
    if (verdict === 'yes') this.#retryLater(undefined);
    else this.#note(verdict);
    return verdict === 'yes';
  }

  #note(verdict: RetryVerdict): void {
    if (verdict === 'exhausted') this.#exchange.addFlag('URX');
    else if (verdict === 'overflow') this.#exchange.addFlag('UO');
  }

  #retryLater(fields: readonly string[] | undefined): void {
    const { context, endpoint } = this.#exchange;
    if (endpoint !== undefined) this.choice.tried(endpoint);
    this.#report.broken(false);
    const waitMs = this.#retry.backOffMs(context.random, context.clock.now(), fields);
    this.#backOff = context.clock.after(waitMs, this.#again);
  }

  #retryNow(): void {
    const exchange = this.#exchange;
    this.#backOff = undefined;
    this.#resends = 0;
    exchange.transportFailure = '';
    if (this.choice.pick()) this.#attempt();
  }

  /** The answer is whole. In a tunnel the other direction may go on. */
  #finish(): void {
    const exchange = this.#exchange;
    const requestEnded = exchange.outgoing.ended;
    this.#answered = true;
    if (this.#tunnel && !requestEnded) return;
    this.#report.end();
    const stream = this.#stream;
    this.#loseStream();
    if (!requestEnded || this.#tunnel) stream?.reset();
    exchange.complete();
    exchange.downstream.finished(requestEnded);
  }

  #loseStream(): void {
    this.#stream = undefined;
    this.#timers.stop();
    this.#exchange.outgoing.detach();
  }

  #dropStream(): void {
    const stream = this.#stream;
    this.#loseStream();
    stream?.reset();
  }

  #openTunnel(head: ResponseHead, bytes: Buffer, from: number, to: number): void {
    const stream = this.#stream;
    const { connect } = this.outgoing;
    if (stream === undefined || !wasAskedFor(this.#exchange, connect, head)) {
      this.#dropStream();
      failUnasked(this.#exchange);
      return;
    }
    if (!connect) head.status = 101;
    this.#enterTunnel(stream, head, bytes, from, to);
  }

  /** @param head tells the client, with the tunnel's first octets. */
  #enterTunnel(stream: UpstreamStream, head: ResponseHead, bytes: Buffer, from: number, to: number): void {
    const exchange = this.#exchange;
    this.#tunnel = true;
    this.#answering = true;
    this.#report.passesOn(head, false);
    exchange.timeouts.tunnel();
    const wire = stream.takeWire();
    if (wire !== undefined) this.#stream = new TunnelStream(wire, stream, this);
    exchange.outgoing.attachTunnel(this.#stream as UpstreamStream);
    const room = exchange.incoming.start(head, bytes, from, to, false);
    if (exchange.active && !room) this.#stream?.pause();
  }

  #redirected(head: ResponseHead, end: boolean): boolean {
    const exchange = this.#exchange;
    const action = exchange.route?.action;
    if (action?.kind !== 'forward' || action.internalRedirect === undefined) return false;
    if (!followRedirect(exchange, action.internalRedirect, head)) return false;
    if (end) this.#loseStream();
    else this.#dropStream();
    this.#retry.release();
    exchange.redirected();
    return true;
  }

  #mirror(action: ForwardAction): void {
    this.#mirrored = true;
    if (this.#exchange.outgoing.repeatable) sendMirrors(this.#exchange, action, this.#routeMs);
  }

  onTryEnd(end: TryEnd): void {
    const exchange = this.#exchange;
    this.#report.failed('timeout');
    if (end !== 'duration') this.#report.timedOut();
    this.#dropStream();
    if (this.#retries('local_reset', true)) return;
    if (end !== 'duration') this.#report.broken(this.#answering);
    const { code, body, detail } = tryEnds[end];
    // As Envoy: it is the client that was slow, where it still sends.
    const status = end === 'duration' && exchange.outgoing.ended ? 504 : statusOf(code);
    exchange.failWith(code, status, body, detail, targetReason(exchange));
  }
}
