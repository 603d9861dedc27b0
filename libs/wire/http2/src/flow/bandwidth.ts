/** The bandwidth-delay product: what arrives between a PING and its PONG, measured only while much arrives. */

import { http2Limits } from '../limits.ts';

/** Measurements that did not grow the window before they become rare. */
const QUIET_AFTER = 4;
const QUIET_MS = 1_000;

export class Bandwidth {
  /** What a stream's window should be, in octets. */
  window: number;
  #measuring = false;
  #arrived = 0;
  #without = 0;
  #lastMs = 0;
  readonly #now: () => number;

  constructor(now: () => number, window: number) {
    this.#now = now;
    this.window = window;
  }

  arrive(length: number): void {
    if (this.#measuring) this.#arrived += length;
  }

  /** @returns true: send a PING now, and tell of its PONG by `measured`. */
  measure(): boolean {
    if (this.#measuring || this.window >= http2Limits.streamWindowBytesMax) return false;
    if (this.#without >= QUIET_AFTER && this.#now() - this.#lastMs < QUIET_MS) return false;
    this.#measuring = true;
    this.#arrived = 0;
    return true;
  }

  measured(): void {
    if (!this.#measuring) return;
    this.#measuring = false;
    this.#lastMs = this.#now();
    if (this.#arrived * 3 < this.window * 2) {
      this.#without += 1;
      return;
    }
    this.#without = 0;
    this.window = Math.min(http2Limits.streamWindowBytesMax, this.#arrived * 2);
  }
}
