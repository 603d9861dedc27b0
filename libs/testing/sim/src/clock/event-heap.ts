/** A queue of events by time; what is due at the same time comes in the order of a number that the seed gave. */

export interface SimEvent {
  at: number;
  /** Order among those due at the same time. */
  order: number;
  /** Undefined once it ran or was cancelled. */
  task: (() => void) | undefined;
}

export class EventHeap {
  readonly #events: SimEvent[] = [];

  get size(): number {
    return this.#events.length;
  }

  peek(): SimEvent | undefined {
    return this.#events[0];
  }

  push(event: SimEvent): void {
    const events = this.#events;
    let at = events.length;
    events.push(event);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = events[parent] as SimEvent;
      if (!before(event, above)) break;
      events[at] = above;
      at = parent;
    }
    events[at] = event;
  }

  pop(): SimEvent | undefined {
    const events = this.#events;
    const first = events[0];
    const last = events.pop();
    if (first === undefined || last === undefined || events.length === 0) return first;
    const { length } = events;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= length) break;
      if (child + 1 < length && before(events[child + 1] as SimEvent, events[child] as SimEvent)) child += 1;
      if (!before(events[child] as SimEvent, last)) break;
      events[at] = events[child] as SimEvent;
      at = child;
    }
    events[at] = last;
    return first;
  }
}

function before(a: SimEvent, b: SimEvent): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
