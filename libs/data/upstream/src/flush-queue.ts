/** Gathers writes: what has something to send is asked once for each turn of the event loop, after the reads of that turn. */

import type { Clock } from '@weft/kernel';

export interface Flushable {
  /** Writes what has gathered. May not throw. */
  flush(): void;
}

/** One for the process: all HTTP/2 connections of both sides share it. */
export class FlushQueue {
  readonly #clock: Clock;
  #waiting: Flushable[] = [];
  #running: Flushable[] = [];
  readonly #run: () => void;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#run = () => this.#flushAll();
  }

  /** `flushable.flush()` will be called once in this turn. Adding it twice calls it twice: who adds remembers that it did. */
  add(flushable: Flushable): void {
    this.#waiting.push(flushable);
    if (this.#waiting.length === 1) this.#clock.soon(this.#run);
  }

  get size(): number {
    return this.#waiting.length;
  }

  #flushAll(): void {
    const due = this.#waiting;
    // What a flush adds waits for the next turn: two that wake each other would never let the loop go on.
    this.#waiting = this.#running;
    this.#running = due;
    for (let i = 0; i < due.length; i += 1) (due[i] as Flushable).flush();
    due.length = 0;
  }
}
