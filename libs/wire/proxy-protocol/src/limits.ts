/** The bounds of a header: each is tested. */

export const proxyLimits = {
  /** A line of version 1 with its CRLF (section 2.1). */
  lineBytesMax: 107,
  /** What follows the first 16 octets of version 2: addresses and TLVs. */
  bodyBytesMax: 4_096,
  /** TLVs that are read. */
  tlvsMax: 64,
} as const;
