/** Counts the messages of gRPC bodies as they pass; shared by the filters that ask for it. */

import type { Exchange } from '@weft/data-runtime';

const stateKey = 'grpc-messages';
const headLength = 5;

type Observer = (bytes: Buffer, from: number, to: number) => void;

/** Messages of one direction: a flag, four octets of length, the message, again and again. */
class MessageCounter {
  count = 0;
  /** Octets of the message that are still to come; those of a head that have. */
  #left = 0;
  #headSeen = 0;
  #length = 0;
  #before: Observer | undefined;

  reset(before: Observer | undefined): void {
    this.count = 0;
    this.#left = 0;
    this.#headSeen = 0;
    this.#length = 0;
    this.#before = before;
  }

  /** Bound once, so that no request makes a closure. */
  readonly observe: Observer = (bytes, from, to) => {
    this.#before?.(bytes, from, to);
    let at = from;
    while (at < to) {
      if (this.#left > 0) {
        const step = Math.min(this.#left, to - at);
        this.#left -= step;
        at += step;
        continue;
      }
      if (this.#headSeen > 0) this.#length = this.#length * 256 + (bytes[at] as number);
      this.#headSeen += 1;
      at += 1;
      if (this.#headSeen < headLength) continue;
      this.count += 1;
      this.#left = this.#length;
      this.#headSeen = 0;
      this.#length = 0;
    }
  };
}

export interface GrpcMessages {
  readonly requests: { readonly count: number };
  readonly responses: { readonly count: number };
}

class Counters implements GrpcMessages {
  readonly requests = new MessageCounter();
  readonly responses = new MessageCounter();
}

/** Counters that wait to be used again. */
export const spareCountersMax = 1_024;

const spare: Counters[] = [];

/** Begins to count, once for an exchange, however many ask. */
export function countGrpcMessages(exchange: Exchange): void {
  if (exchange.state.has(stateKey)) return;
  const counters = spare.pop() ?? new Counters();
  counters.requests.reset(exchange.requestObserver);
  counters.responses.reset(exchange.responseObserver);
  exchange.requestObserver = counters.requests.observe;
  exchange.responseObserver = counters.responses.observe;
  exchange.state.set(stateKey, counters);
}

/** Nothing where nobody asked for it. */
export function grpcMessagesOf(exchange: Exchange): GrpcMessages | undefined {
  return exchange.state.get(stateKey) as GrpcMessages | undefined;
}

/** For the last one that reads them, after the exchange is over. */
export function releaseGrpcMessages(exchange: Exchange): void {
  const counters = exchange.state.get(stateKey) as Counters | undefined;
  if (counters === undefined) return;
  exchange.state.delete(stateKey);
  if (spare.length < spareCountersMax) spare.push(counters);
}
