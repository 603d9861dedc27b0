/** The times that one exchange may take: each is a deadline on the coarse beat, or on a timer of its own where it is short. */

import { describeProvenance } from '@weft/kernel';
import { Deadline } from './deadline.ts';
import type { HttpExchange } from './exchange.ts';

export class ExchangeTimeouts {
  readonly #exchange: HttpExchange;
  readonly #route: Deadline;
  readonly #stream: Deadline;
  #requestEnded = false;
  #routeMs = 0;
  #idleMs = 0;
  #bytesSwept = -1;
  #movedAtMs = 0;

  constructor(exchange: HttpExchange) {
    this.#exchange = exchange;
    const { clock } = exchange.context;
    this.#route = new Deadline(clock, () => this.#onRouteTimeout());
    this.#stream = new Deadline(clock, () => this.#onStreamTimeout());
  }

  /** The request's head is here. @param ended the body too. */
  start(ended: boolean): void {
    const { table } = this.#exchange.context;
    this.#requestEnded = ended;
    if (ended) this.#exchange.requestEndMs = 0;
    this.#routeMs = 0;
    this.#bytesSwept = -1;
    this.#idleMs = table.streamIdleTimeoutMs;
    this.#movedAtMs = this.#exchange.startedMonotonicMs;
    if (table.maxStreamDurationMs > 0) this.#stream.arm(table.maxStreamDurationMs);
  }

  /** A route was chosen. @param routeMs counted from the end of the request; 0: none. @param idleMs nothing: the listener's. */
  useRoute(routeMs: number, idleMs: number | undefined, durationMs: number | undefined): void {
    this.#routeMs = routeMs;
    this.#idleMs = idleMs ?? this.#exchange.context.table.streamIdleTimeoutMs;
    if (durationMs !== undefined) {
      if (durationMs > 0) this.#stream.arm(durationMs);
      else this.#stream.disarm();
    }
    this.#route.disarm();
    if (this.#requestEnded && routeMs > 0) this.#route.arm(routeMs);
  }

  requestEnded(): void {
    this.#requestEnded = true;
    this.#exchange.requestEndMs = this.#exchange.context.clock.monotonic() - this.#exchange.startedMonotonicMs;
    if (this.#routeMs > 0) this.#route.arm(this.#routeMs);
  }

  /** From here on only bytes are carried: no timeout of the route holds. */
  tunnel(): void {
    this.#route.disarm();
    this.#routeMs = 0;
  }

  stop(): void {
    this.#route.disarm();
    this.#stream.disarm();
  }

  onSweep(nowMs: number): void {
    const exchange = this.#exchange;
    this.#stream.sweep(nowMs);
    if (exchange.active) this.#route.sweep(nowMs);
    if (exchange.active) exchange.runner.onSweep(nowMs);
    if (!exchange.active) return;
    const bytes = exchange.bytesReceived + exchange.bytesSent;
    if (bytes !== this.#bytesSwept) {
      this.#bytesSwept = bytes;
      this.#movedAtMs = nowMs;
    } else if (this.#idleMs > 0 && nowMs - this.#movedAtMs >= this.#idleMs) {
      this.#onIdle();
      return;
    }
    const { requestTimeoutMs } = exchange.context.table;
    if (requestTimeoutMs > 0 && !this.#requestEnded && nowMs - exchange.startedMonotonicMs >= requestTimeoutMs)
      exchange.failWith('request_timeout', 408, 'request timeout', 'request_overall_timeout', '');
  }

  #onIdle(): void {
    const { statPrefix } = this.#exchange.context.table;
    const reason = `stream idle timeout of listener ${statPrefix}`;
    this.#exchange.failWith('stream_idle', this.#lateStatus, 'stream timeout', 'stream_idle_timeout', reason);
  }

  #onRouteTimeout(): void {
    const exchange = this.#exchange;
    if (!exchange.active) return;
    const from = exchange.route?.from;
    exchange.runner.onRouteTimeout();
    exchange.fail('upstream_timeout', 'response_timeout', from === undefined ? '' : describeProvenance(from));
  }

  #onStreamTimeout(): void {
    const body = 'downstream duration timeout';
    this.#exchange.failWith('stream_duration', this.#lateStatus, body, 'max_duration_timeout', '');
  }

  /** Envoy: 408 while the client still sends, 504 when all was there. */
  get #lateStatus(): number {
    return this.#requestEnded ? 504 : 408;
  }
}
