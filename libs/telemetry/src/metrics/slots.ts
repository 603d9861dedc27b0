/** Where numbers live: fixed pieces of typed arrays, so that an observation is an index and an addition. */

export interface Counter {
  /** @param n not negative. */
  add(n: number): void;
}

export interface Gauge {
  set(value: number): void;
  /** @param n may be negative. */
  add(n: number): void;
}

export interface Histogram {
  observe(value: number): void;
}

/** Hands out runs of numbers; a run never moves, so slots hold on to their piece of memory. */
export interface Arena {
  take(length: number): { readonly values: Float64Array; readonly at: number };
}

const chunkLength = 4_096;

export function createArena(): Arena {
  let chunk = new Float64Array(chunkLength);
  let used = 0;
  return {
    take(length) {
      if (length > chunkLength) return { values: new Float64Array(length), at: 0 };
      if (used + length > chunk.length) {
        chunk = new Float64Array(chunkLength);
        used = 0;
      }
      const at = used;
      used += length;
      return { values: chunk, at };
    },
  };
}

/** One number: a counter or a gauge. */
export class NumberSlot implements Counter, Gauge {
  readonly #values: Float64Array;
  readonly #at: number;

  constructor(arena: Arena) {
    const { values, at } = arena.take(1);
    this.#values = values;
    this.#at = at;
  }

  add(n: number): void {
    this.#values[this.#at]! += n;
  }

  set(value: number): void {
    this.#values[this.#at] = value;
  }

  get value(): number {
    return this.#values[this.#at] ?? 0;
  }
}

/** Counts per bucket (not cumulated), then the sum. */
export class HistogramSlot implements Histogram {
  readonly #bounds: Float64Array;
  readonly #values: Float64Array;
  readonly #at: number;

  /** @param bounds ascending upper bounds, without +Inf. */
  constructor(arena: Arena, bounds: Float64Array) {
    const { values, at } = arena.take(bounds.length + 2);
    this.#bounds = bounds;
    this.#values = values;
    this.#at = at;
  }

  observe(value: number): void {
    const bounds = this.#bounds;
    const length = bounds.length;
    let bucket = 0;
    while (bucket < length && value > bounds[bucket]!) bucket += 1;
    this.#values[this.#at + bucket]! += 1;
    this.#values[this.#at + length + 1]! += value;
  }

  /** Observations of bucket `index`; `bounds.length` is the one to +Inf. */
  count(index: number): number {
    return this.#values[this.#at + index] ?? 0;
  }

  get sum(): number {
    return this.#values[this.#at + this.#bounds.length + 1] ?? 0;
  }
}
