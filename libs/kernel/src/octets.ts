/** Copies of octets. `Buffer.copy` and `subarray` make a view each time, which costs more than a few octets do. */

/** More are copied by the runtime. */
const loopMax = 64;

/** Copies `from` to `to` of `source` (`from` is at most `to`) to `at` of `target`, which has room for them. The two do not overlap. */
export function copyOctets(source: Buffer, from: number, to: number, target: Buffer, at: number): void {
  if (to - from > loopMax) source.copy(target, at, from, to);
  else for (let i = from, j = at; i < to; i += 1, j += 1) target[j] = source[i] as number;
}

/** `from` to `to` of `source`, the caller's; `from` is at most `to`. */
export function copyOfOctets(source: Buffer, from: number, to: number): Buffer {
  const copy = Buffer.allocUnsafe(to - from);
  copyOctets(source, from, to, copy, 0);
  return copy;
}
