/** The times of one attempt: per try, without a sign of life, and as a whole. */

import type { Clock, ErrorCode } from '@weft/kernel';
import { Deadline } from '../deadline.ts';

/** Which of them is over. */
export type TryEnd = 'per-try' | 'idle' | 'duration';

export interface TryTimersOwner {
  onTryEnd(end: TryEnd): void;
}

/** What a client is told of it where no other attempt follows, in Envoy's words. */
export const tryEnds: {
  readonly [end in TryEnd]: { readonly code: ErrorCode; readonly body: string; readonly detail: string };
} = {
  'per-try': { code: 'upstream_timeout', body: 'upstream request timeout', detail: 'upstream_per_try_timeout' },
  idle: { code: 'upstream_timeout', body: 'upstream request timeout', detail: 'upstream_per_try_idle_timeout' },
  duration: {
    code: 'upstream_duration',
    body: 'upstream max stream duration reached',
    detail: 'upstream_max_stream_duration_reached',
  },
};

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
    this.#perTry = new Deadline(clock, () => owner.onTryEnd('per-try'));
    this.#duration = new Deadline(clock, () => owner.onTryEnd('duration'));
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
    if (waiting && this.idleMs > 0 && nowMs - this.#heardAtMs >= this.idleMs) this.#owner.onTryEnd('idle');
  }
}
