/** A point in time that may be missed by the coarse beat where it is far away, and gets a timer of its own where it is near. */

import type { Cancel, Clock } from '@weft/kernel';
import { httpLimits } from './limits.ts';

export class Deadline {
  readonly #clock: Clock;
  readonly #fire: () => void;
  #atMs = 0;
  #cancel: Cancel | undefined;

  constructor(clock: Clock, onDue: () => void) {
    this.#clock = clock;
    this.#fire = () => {
      this.#cancel = undefined;
      this.#atMs = 0;
      onDue();
    };
  }

  /** Anew, from now. */
  arm(afterMs: number): void {
    this.disarm();
    if (afterMs <= httpLimits.exactTimeoutMsMax) this.#cancel = this.#clock.after(afterMs, this.#fire);
    else this.#atMs = this.#clock.monotonic() + afterMs;
  }

  disarm(): void {
    this.#atMs = 0;
    if (this.#cancel === undefined) return;
    this.#cancel();
    this.#cancel = undefined;
  }

  /** On the beat. */
  sweep(nowMs: number): void {
    if (this.#atMs > 0 && nowMs >= this.#atMs) this.#fire();
  }
}
