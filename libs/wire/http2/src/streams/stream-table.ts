/**
 * The open streams of a connection by id. Streams come and go without an allocation, but for a table that grows or shrinks: a Map
 * copies its table again and again, and an old copy keeps what it held, and all later copies, alive until V8 collects its whole heap.
 */

import type { Stream } from './stream.ts';

/** Places of an idle connection: it has them for nothing. */
const PLACES_MIN = 16;
/** An idle connection gives back more than these. */
const PLACES_KEPT = 256;

export class StreamTable {
  #places: (Stream | undefined)[] = new Array(PLACES_MIN).fill(undefined);
  #mask = PLACES_MIN - 1;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(id: number): Stream | undefined {
    const places = this.#places;
    // Ids of one side differ by 2 and come in order: as long as none lives much longer than the others, each has its own place.
    // A peer that skips ids so that all share one makes a search as long as its streams are many: max_concurrent_streams.
    for (let at = (id >>> 1) & this.#mask; ; at = (at + 1) & this.#mask) {
      const stream = places[at];
      if (stream === undefined || stream.id === id) return stream;
    }
  }

  /** @param stream with an id that is not there. */
  add(stream: Stream): void {
    if (this.#size * 2 > this.#mask) this.#move((this.#mask + 1) * 2);
    this.#put(stream);
    this.#size += 1;
  }

  delete(id: number): void {
    const places = this.#places;
    const mask = this.#mask;
    let hole = (id >>> 1) & mask;
    for (; places[hole]?.id !== id; hole = (hole + 1) & mask) if (places[hole] === undefined) return;
    // Whatever was put behind the hole because its own place was taken moves up, or it would not be found any more.
    for (let at = (hole + 1) & mask; ; at = (at + 1) & mask) {
      const stream = places[at];
      if (stream === undefined) break;
      const own = (stream.id >>> 1) & mask;
      if (((at - own) & mask) < ((at - hole) & mask)) continue;
      places[hole] = stream;
      hole = at;
    }
    places[hole] = undefined;
    this.#size -= 1;
    if (this.#size === 0 && mask >= PLACES_KEPT) this.#move(PLACES_MIN);
  }

  /** Those that are there now, in the order of their ids. */
  values(): Stream[] {
    return this.#places.filter((stream) => stream !== undefined).sort((a, b) => a.id - b.id);
  }

  #put(stream: Stream): void {
    let at = (stream.id >>> 1) & this.#mask;
    while (this.#places[at] !== undefined) at = (at + 1) & this.#mask;
    this.#places[at] = stream;
  }

  #move(count: number): void {
    const before = this.#places;
    this.#places = new Array(count).fill(undefined);
    this.#mask = count - 1;
    for (const stream of before) if (stream !== undefined) this.#put(stream);
    before.fill(undefined);
  }
}
