/** The times of one attempt: per try, without a sign of life, and as a whole. */

import type { Clock } from '@weft/kernel';
import { Deadline } from '../deadline.ts';

/** What is told when one of them is over. */
export interface TryTimersOwner {
  onPerTryTimeout(): void;
  onPerTryIdle(): void;
  onDuration(): void;
}

export class TryTimers {
  /** 0: none. */
  perTryMs = 0;
  idleMs = 0;
  readonly #owner: TryTimersOwner;
  readonly #clock: Clock;
  readonly #perTry: Deadline;
  readonly #duration: Deadline;
  #heardAtMs = 0;

  constructor(clock: Clock, owner: TryTimersOwner) {
    this.#owner = owner;
    this.#clock = clock;
    this.#perTry = new Deadline(clock, () => owner.onPerTryTimeout());
    this.#duration = new Deadline(clock, () => owner.onDuration());
  }

  /** There is a connection. @param requestEnded the request will be sent whole. @param durationMs of the whole attempt; 0: no bound. */
  start(nowMs: number, requestEnded: boolean, durationMs: number): void {
    this.#heardAtMs = nowMs;
    if (requestEnded) this.requestEnded();
    if (durationMs > 0) this.#duration.arm(durationMs);
  }

  requestEnded(): void {
    if (this.perTryMs > 0) this.#perTry.arm(this.perTryMs);
  }

  /** The head of the answer came. */
  onHead(): void {
    this.#perTry.disarm();
    this.onBytes();
  }

  onBytes(): void {
    if (this.idleMs > 0) this.#heardAtMs = this.#clock.monotonic();
  }

  stop(): void {
    this.#perTry.disarm();
    this.#duration.disarm();
  }

  /** On the beat. @param waiting the attempt is at its endpoint. */
  sweep(nowMs: number, waiting: boolean): void {
    this.#perTry.sweep(nowMs);
    this.#duration.sweep(nowMs);
    if (waiting && this.idleMs > 0 && nowMs - this.#heardAtMs >= this.idleMs) this.#owner.onPerTryIdle();
  }
}
