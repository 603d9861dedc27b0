/** The one clock of a simulation: time passes only from event to event, and the seed orders what is due at the same time. */

import type { Cancel, Clock, Random } from '@weft/kernel';
import { EventHeap, type SimEvent } from './event-heap.ts';

const epochMs = 1_700_000_000_000;
/** Events of one turn of the event loop before what was put off with `soon` runs. */
const readsPerTurnMax = 8;

export class SimClock implements Clock {
  /** How late a timer may be; a real one is never early. */
  lateMsMax = 0;
  /** Turns of the event loop so far: a scenario that never ends is one that makes too many. */
  turns = 0;
  readonly #heap = new EventHeap();
  readonly #random: Random;
  #soon: (() => void)[] = [];
  #timeMs = 0;
  #timers = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  now(): number {
    return epochMs + Math.floor(this.#timeMs);
  }

  monotonic(): number {
    return this.#timeMs;
  }

  /** Timers that the code under test waits for. */
  get timers(): number {
    return this.#timers;
  }

  /** Tasks put off to the end of this turn. */
  get putOff(): number {
    return this.#soon.length;
  }

  after(delayMs: number, task: () => void): Cancel {
    this.#timers += 1;
    const event = this.#schedule(Math.max(0, delayMs) + this.#lateness(), () => {
      this.#timers -= 1;
      task();
    });
    return () => {
      if (event.task === undefined) return;
      event.task = undefined;
      this.#timers -= 1;
    };
  }

  every(periodMs: number, task: () => void): Cancel {
    this.#timers += 1;
    let over = false;
    let event: SimEvent;
    const beat = (): void => {
      task();
      if (!over) event = this.#schedule(periodMs + this.#lateness(), beat);
    };
    event = this.#schedule(periodMs + this.#lateness(), beat);
    return () => {
      if (over) return;
      over = true;
      event.task = undefined;
      this.#timers -= 1;
    };
  }

  soon(task: () => void): void {
    this.#soon.push(task);
  }

  /** An event of the network or of an actor: not counted among `timers`. */
  schedule(delayMs: number, task: () => void): void {
    this.#schedule(delayMs, task);
  }

  /** Runs turns until `untilMs`, or until `done` says so after one. */
  run(untilMs: number, done: () => boolean): void {
    for (;;) {
      this.#runSoon();
      if (done()) return;
      const next = this.#heap.peek();
      if (this.#soon.length > 0) continue;
      if (next === undefined || next.at > untilMs) {
        this.#timeMs = Math.max(this.#timeMs, untilMs);
        return;
      }
      this.#turn(next.at);
    }
  }

  #turn(at: number): void {
    this.turns += 1;
    this.#timeMs = at;
    let left = 1 + Math.floor(this.#random() * readsPerTurnMax);
    for (let next = this.#heap.peek(); left > 0 && next !== undefined && next.at === at; next = this.#heap.peek()) {
      this.#heap.pop();
      const { task } = next;
      next.task = undefined;
      if (task === undefined) continue;
      left -= 1;
      task();
    }
  }

  /** What these put off runs in the next turn. */
  #runSoon(): void {
    if (this.#soon.length === 0) return;
    const due = this.#soon;
    this.#soon = [];
    if (due.length === 2 && this.#random() < 0.5) due.reverse();
    else if (due.length > 2) shuffle(due, this.#random);
    for (const task of due) task();
  }

  #lateness(): number {
    return this.lateMsMax === 0 ? 0 : Math.floor(this.#random() * (this.lateMsMax + 1));
  }

  #schedule(delayMs: number, task: () => void): SimEvent {
    const event: SimEvent = { at: this.#timeMs + delayMs, order: this.#random(), task };
    this.#heap.push(event);
    return event;
  }
}

function shuffle<T>(list: T[], random: Random): void {
  for (let i = list.length - 1; i > 0; i -= 1) {
    const other = Math.floor(random() * (i + 1));
    const item = list[i] as T;
    list[i] = list[other] as T;
    list[other] = item;
  }
}
