/** A clock that a test moves by hand: no test sleeps. */

import type { Cancel, Clock } from './clock.ts';

interface Entry {
  at: number;
  order: number;
  periodMs: number;
  task: () => void;
}

export interface ManualClock extends Clock {
  /** Moves time forward and runs what falls due, in order of time, then of arrival. */
  advance(byMs: number): void;
  /** How many tasks wait. */
  pending(): number;
}

/** @param startMs what `now()` and `monotonic()` first say. */
export function createManualClock(startMs = 0): ManualClock {
  let time = startMs;
  let order = 0;
  const entries = new Set<Entry>();

  const add = (delayMs: number, periodMs: number, task: () => void): Cancel => {
    const entry: Entry = { at: time + Math.max(0, delayMs), order: order++, periodMs, task };
    entries.add(entry);
    return () => {
      entries.delete(entry);
    };
  };

  const nextDue = (until: number): Entry | undefined => {
    let due: Entry | undefined;
    for (const entry of entries) {
      if (entry.at > until) continue;
      if (due === undefined || entry.at < due.at || (entry.at === due.at && entry.order < due.order)) due = entry;
    }
    return due;
  };

  return {
    // Sockets in tests are real: what gathers their writes must run with them.
    soon: (task) => void setImmediate(task),
    now: () => time,
    monotonic: () => time,
    after: (delayMs, task) => add(delayMs, 0, task),
    every: (periodMs, task) => add(periodMs, periodMs, task),
    pending: () => entries.size,
    advance(byMs) {
      const until = time + byMs;
      for (let entry = nextDue(until); entry !== undefined; entry = nextDue(until)) {
        time = entry.at;
        if (entry.periodMs > 0) entry.at += entry.periodMs;
        else entries.delete(entry);
        entry.task();
      }
      time = until;
    },
  };
}
