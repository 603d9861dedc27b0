/** Whether two lists are of the same values, one by one: by identity, as the caches compare what things were made from. */

export function sameElements(left: readonly unknown[], right: readonly unknown[]): boolean {
  return left.length === right.length && left.every((value, index) => Object.is(value, right[index]));
}
