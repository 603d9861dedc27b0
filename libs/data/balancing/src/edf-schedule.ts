/** Earliest deadline first: who has the weight w comes again after 1/w. */

import type { Random } from '@weft/kernel';

/** A binary heap over indexes; a turn is O(log n) and allocates nothing. */
export class EdfSchedule {
  readonly #weightOf: (index: number) => number;
  readonly #deadlines: Float64Array;
  /** Of equal deadlines who was put in first comes first. */
  readonly #orders: Float64Array;
  readonly #heap: Int32Array;
  #order = 0;

  /**
   * @param weightOf asked when an index comes to its turn, for its next one; over 0.
   * @param random for the first turns: many proxies with one list must not move in step, nor light ones come all at once.
   */
  constructor(count: number, weightOf: (index: number) => number, random: Random) {
    this.#weightOf = weightOf;
    this.#deadlines = new Float64Array(count);
    this.#orders = new Float64Array(count);
    this.#heap = new Int32Array(count);
    for (let index = 0; index < count; index += 1) {
      this.#heap[index] = index;
      this.#deadlines[index] = random() / weightOf(index);
      this.#orders[index] = this.#order++;
    }
    for (let at = (count >>> 1) - 1; at >= 0; at -= 1) this.#sink(at);
  }

  /** @returns -1: there is none. */
  next(): number {
    if (this.#heap.length === 0) return -1;
    const index = this.#heap[0]!;
    this.#deadlines[index]! += 1 / this.#weightOf(index);
    this.#orders[index] = this.#order++;
    this.#sink(0);
    return index;
  }

  #sink(from: number): void {
    const heap = this.#heap;
    const { length } = heap;
    const moved = heap[from]!;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= length) break;
      if (child + 1 < length && this.#before(heap[child + 1]!, heap[child]!)) child += 1;
      if (!this.#before(heap[child]!, moved)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = moved;
  }

  #before(one: number, other: number): boolean {
    const first = this.#deadlines[one]!;
    const second = this.#deadlines[other]!;
    return first < second || (first === second && this.#orders[one]! < this.#orders[other]!);
  }
}
