/** MurmurHash2, 64 bits, as the C++ library of GNU hashes bytes: Envoy's MURMUR_HASH_2. */

const multiplier = 0xc6a4_a793_5bd1_e995n;
const mask = 0xffff_ffff_ffff_ffffn;
/** Envoy's seed. */
const stdSeed = 0xc70f_6907n;

/** 64 bits. */
export function murmurHash2(text: string, seed = stdSeed): bigint {
  const bytes = Buffer.from(text, 'utf8');
  const whole = bytes.length & ~7;
  let hash = seed ^ ((BigInt(bytes.length) * multiplier) & mask);
  for (let at = 0; at < whole; at += 8) {
    const mixed = shiftMix((bytes.readBigUInt64LE(at) * multiplier) & mask);
    hash = ((hash ^ ((mixed * multiplier) & mask)) * multiplier) & mask;
  }
  if (whole < bytes.length) {
    let rest = 0n;
    for (let at = bytes.length - 1; at >= whole; at -= 1) rest = (rest << 8n) | BigInt(bytes[at]!);
    hash = ((hash ^ rest) * multiplier) & mask;
  }
  hash = (shiftMix(hash) * multiplier) & mask;
  return shiftMix(hash);
}

function shiftMix(value: bigint): bigint {
  return value ^ (value >> 47n);
}
