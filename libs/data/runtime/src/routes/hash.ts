/** The 32-bit hash of request attributes (MurmurHash3, x86, over the characters of a latin1 text). */

/** @returns an unsigned 32-bit number. */
export function hashText(text: string, seed = 0): number {
  let hash = seed | 0;
  const { length } = text;
  const whole = length & ~3;
  for (let at = 0; at < whole; at += 4) {
    const block =
      (text.charCodeAt(at) & 255) |
      ((text.charCodeAt(at + 1) & 255) << 8) |
      ((text.charCodeAt(at + 2) & 255) << 16) |
      ((text.charCodeAt(at + 3) & 255) << 24);
    hash ^= scramble(block);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let at = length - 1; at >= whole; at -= 1) tail = (tail << 8) | (text.charCodeAt(at) & 255);
  if (whole !== length) hash ^= scramble(tail);
  hash ^= length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** The hash so far with another one: turned left by one bit first, so that equal ones do not cancel each other. */
export function combineHashes(before: number | undefined, next: number): number {
  return before === undefined ? next : (((before << 1) | (before >>> 31)) ^ next) >>> 0;
}

function scramble(block: number): number {
  const mixed = Math.imul(block, 0xcc9e2d51);
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
}
