/** A map made of others that have no name in common: proxies share the layers that they have in common. */

export class LayeredMap<T> implements ReadonlyMap<string, T> {
  /** Each in order of name. */
  readonly layers: readonly ReadonlyMap<string, T>[];

  constructor(layers: readonly ReadonlyMap<string, T>[]) {
    this.layers = layers;
  }

  get size(): number {
    return this.layers.reduce((sum, { size }) => sum + size, 0);
  }

  get(name: string): T | undefined {
    for (const layer of this.layers) {
      const found = layer.get(name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  has(name: string): boolean {
    return this.layers.some((layer) => layer.has(name));
  }

  forEach(act: (value: T, name: string, map: ReadonlyMap<string, T>) => void): void {
    for (const [name, value] of this.entries()) act(value, name, this);
  }

  *entries(): MapIterator<[string, T]> {
    const sorted = this.layers.flatMap((layer) => [...layer]).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    yield* sorted;
    return undefined;
  }

  *keys(): MapIterator<string> {
    for (const [name] of this.entries()) yield name;
    return undefined;
  }

  *values(): MapIterator<T> {
    for (const [, value] of this.entries()) yield value;
    return undefined;
  }

  [Symbol.iterator](): MapIterator<[string, T]> {
    return this.entries();
  }
}
