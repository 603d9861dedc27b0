/** A map of a few entries that is emptied for each request: a Map would make a table anew each time. */

export class SmallMap<V> {
  readonly #names: string[] = [];
  readonly #values: (V | undefined)[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(name: string): boolean {
    return this.#placeOf(name) >= 0;
  }

  get(name: string): V | undefined {
    const at = this.#placeOf(name);
    return at < 0 ? undefined : this.#values[at];
  }

  set(name: string, value: V): void {
    const found = this.#placeOf(name);
    const at = found < 0 ? this.#size++ : found;
    this.#names[at] = name;
    this.#values[at] = value;
  }

  delete(name: string): void {
    const at = this.#placeOf(name);
    if (at < 0) return;
    const last = this.#size - 1;
    this.#names[at] = this.#names[last] as string;
    this.#values[at] = this.#values[last];
    this.#values[last] = undefined;
    this.#size = last;
  }

  clear(): void {
    for (let at = 0; at < this.#size; at += 1) this.#values[at] = undefined;
    this.#size = 0;
  }

  #placeOf(name: string): number {
    for (let at = 0; at < this.#size; at += 1) if (this.#names[at] === name) return at;
    return -1;
  }
}
