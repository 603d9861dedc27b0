/** Where two lists differ: what is the same at both ends, which is nearly all of it, is looked at once and cheaply. */

export interface ListDifference {
  /** Items that both lists begin with. */
  readonly start: number;
  /** Items that both lists end with, after those. */
  readonly end: number;
}

/** By identity. */
export function listDifference(left: readonly unknown[], right: readonly unknown[]): ListDifference {
  const shorter = Math.min(left.length, right.length);
  let start = 0;
  while (start < shorter && left[start] === right[start]) start += 1;
  let end = 0;
  while (end < shorter - start && left[left.length - 1 - end] === right[right.length - 1 - end]) end += 1;
  return { start, end };
}

/** What stands between the ends. */
export function differing<T>(list: readonly T[], { start, end }: ListDifference): readonly T[] {
  return list.slice(start, list.length - end);
}

/**
 * The items of `after` by key, each group in its order, made from those of `before`: only groups of what stands between the ends are
 * other lists.
 */
export function regrouped<K, T>(
  groups: ReadonlyMap<K, readonly T[]>,
  before: readonly T[],
  after: readonly T[],
  difference: ListDifference,
  keyOf: (item: T) => K,
): Map<K, readonly T[]> {
  const next = new Map(groups);
  const changed = new Map<K, { removed: number; readonly added: T[] }>();
  const changeOf = (item: T) => {
    const key = keyOf(item);
    const change = changed.get(key) ?? { removed: 0, added: [] };
    changed.set(key, change);
    return change;
  };
  for (const item of differing(before, difference)) changeOf(item).removed += 1;
  for (const item of differing(after, difference)) changeOf(item).added.push(item);
  for (const [key, { removed, added }] of changed) {
    const list = groups.get(key) ?? [];
    const at = list.length === 0 ? 0 : placeIn(list, after, difference.start, (item) => keyOf(item) === key);
    const spliced =
      at === undefined
        ? after.filter((item) => keyOf(item) === key)
        : list.slice(0, at).concat(added, list.slice(at + removed));
    if (spliced.length === 0) next.delete(key);
    else next.set(key, spliced);
  }
  return next;
}

/** Where in `list`, which has those of `all` that belong, the first `start` of `all` end; undefined where an item that is there twice hides it. */
function placeIn<T>(
  list: readonly T[],
  all: readonly T[],
  start: number,
  belongs: (item: T) => boolean,
): number | undefined {
  for (let index = start - 1; index >= 0; index--) {
    const item = all[index] as T;
    if (!belongs(item)) continue;
    const first = list.indexOf(item);
    return first === list.lastIndexOf(item) ? first + 1 : undefined;
  }
  return 0;
}
