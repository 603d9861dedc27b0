/** xxHash64 of a text. The package is WebAssembly, which loads asynchronously: this module is not evaluated before it is there. */

import xxhash from 'xxhash-wasm';

const { h64 } = await xxhash();

/** 64 bits. */
export function xxHash64(text: string, seed = 0n): bigint {
  return h64(text, seed);
}
