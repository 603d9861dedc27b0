/** Huffman decoding an octet at a time: one look-up in a table gives the next state and up to two symbols. */

import { codeLengths, codes, EOS } from './huffman-code.ts';

const STATES = 256;
const FAILED = 1 << 26;

/** Built when the first Huffman string comes: 256 KiB. */
let table: Uint32Array | undefined;
/** States that a string may end in: the root, and up to seven ones of padding. */
const mayEnd = new Uint8Array(STATES);

/**
 * Decodes into `into`, which has room for 8 octets for each 5 that come.
 * @returns how many octets were written; -1 where the code is broken (EOS, or padding that is not ones or over 7 bits).
 */
export function decodeHuffman(bytes: Buffer, from: number, to: number, into: Buffer): number {
  table ??= build();
  let state = 0;
  let at = 0;
  for (let i = from; i < to; i += 1) {
    const step = table[(state << 8) | (bytes[i] as number)] as number;
    if (step >= FAILED) return -1;
    state = step & 0xff;
    const symbols = (step >>> 8) & 3;
    if (symbols > 0) {
      into[at] = (step >>> 10) & 0xff;
      at += 1;
      if (symbols > 1) {
        into[at] = (step >>> 18) & 0xff;
        at += 1;
      }
    }
  }
  return mayEnd[state] === 1 ? at : -1;
}

/** @returns (state, octet) → next state (8 bits), how many symbols (2), the symbols (8 each), failed (1). */
function build(): Uint32Array {
  const tree = buildTree();
  const steps = new Uint32Array(STATES * 256);
  for (let state = 0; state < STATES; state += 1) {
    for (let octet = 0; octet < 256; octet += 1) steps[(state << 8) | octet] = walk(tree, state, octet);
  }
  let ones = 0;
  for (let bits = 0; bits < 8; bits += 1) {
    mayEnd[ones] = 1;
    ones = tree[ones * 2 + 1] as number;
  }
  return steps;
}

/** Inner node → its two children: an inner node's number, or -1 - symbol. */
function buildTree(): Int32Array {
  const tree = new Int32Array(STATES * 2);
  let nodes = 1;
  for (let symbol = 0; symbol <= EOS; symbol += 1) {
    const code = codes[symbol] as number;
    let node = 0;
    for (let bit = (codeLengths[symbol] as number) - 1; bit > 0; bit -= 1) {
      const slot = node * 2 + ((code >>> bit) & 1);
      if (tree[slot] === 0) {
        tree[slot] = nodes;
        nodes += 1;
      }
      node = tree[slot] as number;
    }
    tree[node * 2 + (code & 1)] = -1 - symbol;
  }
  return tree;
}

function walk(tree: Int32Array, state: number, octet: number): number {
  let node = state;
  let count = 0;
  let symbols = 0;
  for (let bit = 7; bit >= 0; bit -= 1) {
    const child = tree[node * 2 + ((octet >>> bit) & 1)] as number;
    if (child >= 0) {
      node = child;
      continue;
    }
    const symbol = -1 - child;
    if (symbol === EOS) return FAILED;
    symbols |= symbol << (count * 8);
    count += 1;
    node = 0;
  }
  return node | (count << 8) | (symbols << 10);
}
