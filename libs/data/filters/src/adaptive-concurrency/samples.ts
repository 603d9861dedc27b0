/** Latencies of one window in bounded room. */

import type { Random } from '@weft/kernel';

/** Latencies kept of a window; of more a fair choice is kept. */
export const latencySamplesMax = 2_048;

export class LatencySamples {
  /** How many there were. */
  count = 0;
  readonly #kept = new Float64Array(latencySamplesMax);
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  add(latencyMs: number): void {
    const at = this.count < latencySamplesMax ? this.count : Math.floor(this.#random() * (this.count + 1));
    this.count += 1;
    if (at < latencySamplesMax) this.#kept[at] = latencyMs;
  }

  /** @param share 0 to 1. @returns 0 where there are none. Orders what is kept: call `clear` afterwards. */
  percentile(share: number): number {
    const length = Math.min(this.count, latencySamplesMax);
    if (length === 0) return 0;
    const sorted = this.#kept.subarray(0, length).sort();
    return sorted[Math.min(length - 1, Math.max(0, Math.ceil(share * length) - 1))] as number;
  }

  clear(): void {
    this.count = 0;
  }
}
