/** Places that fill when a resource arrives: who holds one sees every later content. */

import type { Ref } from './tables/route.ts';

/** The mutator's side of a `Ref`. */
export interface Place<T> {
  current: T | undefined;
}

export interface Places<T> {
  /** The place of a name, made on first use, the same ever after. */
  at(name: string): Place<T>;
  ref(name: string): Ref<T | undefined>;
  /** Forgets the names that hold nothing and that `isWanted` does not know. */
  sweep(isWanted: (name: string) => boolean): void;
  /** Forgets all names but these; what their places hold is left alone. */
  keep(isKept: (name: string) => boolean): void;
  size(): number;
}

export function createPlaces<T>(): Places<T> {
  const places = new Map<string, Place<T>>();
  const at = (name: string): Place<T> => {
    let place = places.get(name);
    if (place === undefined) {
      place = { current: undefined };
      places.set(name, place);
    }
    return place;
  };
  return {
    at,
    ref: at as (name: string) => Ref<T | undefined>,
    sweep(isWanted) {
      for (const [name, place] of places) {
        if (place.current === undefined && !isWanted(name)) places.delete(name);
      }
    },
    keep(isKept) {
      for (const name of places.keys()) if (!isKept(name)) places.delete(name);
    },
    size: () => places.size,
  };
}
