/** Counts what costs the peer little and us much; over a bound the connection ends with ENHANCE_YOUR_CALM. */

import { http2Limits } from '../limits.ts';

/** Tokens that come back with time. */
class Bucket {
  #tokens: number;
  #lastMs = -1;
  readonly #burst: number;
  readonly #perSecond: number;

  constructor(burst: number, perSecond: number) {
    this.#tokens = burst;
    this.#burst = burst;
    this.#perSecond = perSecond;
  }

  /** @returns false: none is left. */
  take(nowMs: number): boolean {
    if (this.#lastMs >= 0) this.add(((nowMs - this.#lastMs) * this.#perSecond) / 1_000);
    this.#lastMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  add(tokens: number): void {
    this.#tokens = Math.min(this.#burst, this.#tokens + tokens);
  }
}

/** Each method returns true where the bound is passed. */
export class FloodGuard {
  readonly #now: () => number;
  readonly #resets = new Bucket(http2Limits.resetsBurst, http2Limits.resetsPerSecond);
  readonly #settings = new Bucket(http2Limits.settingsBurst, http2Limits.settingsPerSecond);
  readonly #pings = new Bucket(http2Limits.pingsBurst, http2Limits.pingsPerSecond);
  #emptyData = 0;
  #priorities = 0;
  #windowUpdates = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A stream was reset by the peer, or by us for its fault. */
  reset(): boolean {
    return !this.#resets.take(this.#now());
  }

  settings(): boolean {
    return !this.#settings.take(this.#now());
  }

  /** PING, and frames of types that are not known. */
  ping(): boolean {
    return !this.#pings.take(this.#now());
  }

  /** @param data its octets without padding. @param end it has END_STREAM. */
  data(data: number, end: boolean): boolean {
    if (data > 0) {
      this.#emptyData = 0;
      this.#pings.add(1);
      return false;
    }
    if (end) return false;
    this.#emptyData += 1;
    return this.#emptyData > http2Limits.emptyDataFramesMax;
  }

  /** @param streams that were opened so far. */
  priority(streams: number): boolean {
    this.#priorities += 1;
    return this.#priorities > http2Limits.priorityFramesPerStream * (1 + streams);
  }

  /** @param useful streams opened and frames of data sent so far. */
  windowUpdate(useful: number): boolean {
    this.#windowUpdates += 1;
    return this.#windowUpdates > http2Limits.windowUpdatesBurst + http2Limits.windowUpdatesPerFrame * useful;
  }
}
