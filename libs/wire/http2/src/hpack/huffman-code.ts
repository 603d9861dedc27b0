/** The Huffman code of RFC 7541 appendix B: canonical, so its lengths say all. */

/** Runs of (length, how many symbols), in the order of the symbols 0 to 256 (EOS). */
const runs: readonly number[] = [
  ...[13, 1, 23, 1, 28, 7, 24, 1, 30, 1, 28, 2, 30, 1, 28, 8, 30, 1, 28, 9, 6, 1, 10, 2, 12, 1, 13, 1, 6, 1, 8, 1],
  ...[11, 1, 10, 2, 8, 1, 11, 1, 8, 1, 6, 3, 5, 3, 6, 7, 7, 1, 8, 1, 15, 1, 6, 1, 12, 1, 10, 1, 13, 1, 6, 1, 7, 22],
  ...[8, 1, 7, 1, 8, 1, 13, 1, 19, 1, 13, 1, 14, 1, 6, 1, 15, 1, 5, 1, 6, 1, 5, 1, 6, 1, 5, 1, 6, 3, 5, 1, 7, 2],
  ...[6, 3, 5, 1, 6, 1, 7, 1, 6, 1, 5, 2, 6, 1, 7, 5, 15, 1, 11, 1, 14, 1, 13, 1, 28, 1, 20, 1, 22, 1, 20, 2, 22, 3],
  ...[23, 1, 22, 1, 23, 5, 24, 1, 23, 1, 24, 2, 22, 1, 23, 1, 24, 1, 23, 4, 21, 1, 22, 1, 23, 1, 22, 1, 23, 2, 24, 1],
  ...[22, 1, 21, 1, 20, 1, 22, 2, 23, 2, 21, 1, 23, 1, 22, 2, 24, 1, 21, 1, 22, 1, 23, 2, 21, 2, 22, 1, 21, 1, 23, 1],
  ...[22, 1, 23, 2, 20, 1, 22, 3, 23, 1, 22, 2, 23, 1, 26, 2, 20, 1, 19, 1, 22, 1, 23, 1, 22, 1, 25, 1, 26, 3, 27, 2],
  ...[26, 1, 24, 1, 25, 1, 19, 1, 21, 1, 26, 1, 27, 2, 26, 1, 27, 1, 24, 1, 21, 2, 26, 2, 28, 1, 27, 3, 20, 1, 24, 1],
  ...[20, 1, 21, 1, 22, 1, 21, 2, 23, 1, 22, 2, 25, 2, 24, 2, 26, 1, 23, 1, 26, 1, 27, 1, 26, 2, 27, 5, 28, 1, 27, 5],
  ...[26, 1, 30, 1],
];

export const EOS = 256;

/** Symbol → length of its code in bits. */
export const codeLengths: Uint8Array = (() => {
  const lengths: number[] = [];
  for (let i = 0; i < runs.length; i += 2) {
    for (let n = runs[i + 1] as number; n > 0; n -= 1) lengths.push(runs[i] as number);
  }
  return Uint8Array.from(lengths);
})();

/** Symbol → its code, in the low bits. */
export const codes: Uint32Array = (() => {
  const result = new Uint32Array(codeLengths.length);
  let code = 0;
  for (let length = 1; length <= 30; length += 1) {
    for (let symbol = 0; symbol < codeLengths.length; symbol += 1) {
      if (codeLengths[symbol] !== length) continue;
      result[symbol] = code;
      code += 1;
    }
    code *= 2;
  }
  return result;
})();
