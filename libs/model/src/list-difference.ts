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
