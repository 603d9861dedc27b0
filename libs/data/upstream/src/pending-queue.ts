/** Requests of one lane that wait for a connection, counted against the breaker. */

import type { Breaker, Endpoint } from '@weft/data-runtime';
import type { UpstreamClient, Waiter } from './upstream-stream.ts';

class PendingRequest implements Waiter {
  /** Nothing: it waits no longer. */
  client: UpstreamClient | undefined;
  readonly #queue: PendingQueue;

  constructor(client: UpstreamClient, queue: PendingQueue) {
    this.client = client;
    this.#queue = queue;
  }

  cancel(): void {
    if (this.client !== undefined) this.#queue.remove(this);
  }
}

export class PendingQueue {
  readonly #requests: PendingRequest[] = [];
  readonly #endpoint: Endpoint;
  readonly #breaker: () => Breaker;
  readonly #onCancelled: () => void;

  /** @param breaker the one that is in force now. @param onCancelled a request went away by itself. */
  constructor(endpoint: Endpoint, breaker: () => Breaker, onCancelled: () => void) {
    this.#endpoint = endpoint;
    this.#breaker = breaker;
    this.#onCancelled = onCancelled;
  }

  get length(): number {
    return this.#requests.length;
  }

  /** @returns nothing: as many wait as may. */
  add(client: UpstreamClient): PendingRequest | undefined {
    const { used, pendingMax } = this.#breaker();
    if (used.pending >= pendingMax) return undefined;
    used.pending += 1;
    this.#endpoint.counts.pending += 1;
    this.#endpoint.active += 1;
    const request = new PendingRequest(client, this);
    this.#requests.push(request);
    return request;
  }

  /** Takes out the one that came first. */
  shift(): UpstreamClient | undefined {
    const request = this.#requests.shift();
    const client = request?.client;
    if (request === undefined) return undefined;
    this.#settle(request);
    return client;
  }

  /** Takes out all that wait now, in order. */
  drain(): UpstreamClient[] {
    const clients: UpstreamClient[] = [];
    for (let client = this.shift(); client !== undefined; client = this.shift()) clients.push(client);
    return clients;
  }

  remove(request: PendingRequest): void {
    const at = this.#requests.indexOf(request);
    if (at < 0) return;
    this.#requests.splice(at, 1);
    this.#settle(request);
    this.#onCancelled();
  }

  #settle(request: PendingRequest): void {
    request.client = undefined;
    this.#breaker().used.pending -= 1;
    this.#endpoint.counts.pending -= 1;
    this.#endpoint.active -= 1;
  }
}
