/** Time and chance as parameters: the only place that reads the wall clock, timers and random numbers. */

import { randomBytes } from 'node:crypto';

/** Cancels what it was returned for; a second call does nothing. */
export type Cancel = () => void;

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Monotonic milliseconds with a fraction. */
  monotonic(): number;
  /** Runs `task` once after `delayMs`. */
  after(delayMs: number, task: () => void): Cancel;
  /** Runs `task` each `periodMs`, first after one period. Does not keep the process alive. */
  every(periodMs: number, task: () => void): Cancel;
  /** Runs `task` once in this turn of the event loop, after what is being read now: what gathers writes. */
  soon(task: () => void): void;
}

/** Numbers in [0, 1). */
export type Random = () => number;

/** The clock of a real process. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, task) {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
  every(periodMs, task) {
    const timer = setInterval(task, periodMs);
    timer.unref();
    return () => clearInterval(timer);
  },
  soon(task) {
    setImmediate(task);
  },
};

export const systemRandom: Random = Math.random;

/** A seeded generator (mulberry32), so that a failure can be repeated. */
export function createSeededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Resolves after `delayMs`. */
export function delay(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(delayMs, resolve);
  });
}

/** `bytes` random bytes as lower-case hexadecimal, from the system's secure source. */
export function randomHex(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}
