/** Deadlines without a timer each: everything that may time out is looked at on one coarse beat. */

import type { Cancel, Clock } from '@weft/kernel';

/** How late a deadline may be noticed. */
export const sweepBeatMs = 50;

export interface Swept {
  /** @param nowMs monotonic. May remove itself or others. */
  onSweep(nowMs: number): void;
}

/** Runs no timer while it holds nothing. */
export class Sweeper {
  readonly #clock: Clock;
  readonly #held = new Set<Swept>();
  #stop: Cancel | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(swept: Swept): void {
    this.#held.add(swept);
    this.#stop ??= this.#clock.every(sweepBeatMs, () => this.#sweep());
  }

  remove(swept: Swept): void {
    this.#held.delete(swept);
    if (this.#held.size > 0) return;
    this.#stop?.();
    this.#stop = undefined;
  }

  get size(): number {
    return this.#held.size;
  }

  #sweep(): void {
    const nowMs = this.#clock.monotonic();
    for (const swept of this.#held) swept.onSweep(nowMs);
  }
}
