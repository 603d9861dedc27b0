/** The bounds of upstream connections that no configuration sets: each is tested. */

export const upstreamLimits = {
  /** A first part of a body up to this size goes out as one string with its head. */
  joinedBodyBytesMax: 16_384,
  /** 1xx heads before the final one. */
  informationalMax: 100,
  /** How long a connection that was ended may take to close. */
  lingerMs: 2_000,
} as const;
