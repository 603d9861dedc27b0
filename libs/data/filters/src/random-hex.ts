/** Random hexadecimal text: for telling things apart, not for secrets. */

import type { Random } from '@weft/kernel';

const octets = Array.from({ length: 256 }, (_, value) => value.toString(16).padStart(2, '0'));

/** 8 digits. */
export function hex32(random: Random): string {
  const value = (random() * 4294967296) >>> 0;
  return (
    (octets[value >>> 24] as string) +
    (octets[(value >>> 16) & 255] as string) +
    (octets[(value >>> 8) & 255] as string) +
    (octets[value & 255] as string)
  );
}
