/** A map with other values for some names, without a copy of it. */

/** Patches looked up before a copy is cheaper. */
export const patchMax = 64;

export class PatchedMap<T> implements ReadonlyMap<string, T> {
  readonly #base: ReadonlyMap<string, T>;
  readonly #patch: ReadonlyMap<string, T>;

  /** @param changes of names that `from` has. */
  constructor(from: ReadonlyMap<string, T>, changes: readonly (readonly [string, T])[]) {
    const patch = new Map([...(from instanceof PatchedMap ? (from as PatchedMap<T>).#patch : []), ...changes]);
    const base = from instanceof PatchedMap ? (from as PatchedMap<T>).#base : from;
    if (patch.size <= patchMax) {
      this.#base = base;
      this.#patch = patch;
    } else {
      this.#base = new Map([...base, ...patch]);
      this.#patch = new Map();
    }
  }

  get size(): number {
    return this.#base.size;
  }

  get(name: string): T | undefined {
    return this.#patch.get(name) ?? this.#base.get(name);
  }

  has(name: string): boolean {
    return this.#base.has(name);
  }

  forEach(act: (value: T, name: string, map: ReadonlyMap<string, T>) => void): void {
    for (const [name, value] of this) act(value, name, this);
  }

  *entries(): MapIterator<[string, T]> {
    for (const [name, value] of this.#base) yield [name, this.#patch.get(name) ?? value];
    return undefined;
  }

  keys(): MapIterator<string> {
    return this.#base.keys();
  }

  *values(): MapIterator<T> {
    for (const [, value] of this.entries()) yield value;
    return undefined;
  }

  [Symbol.iterator](): MapIterator<[string, T]> {
    return this.entries();
  }
}
