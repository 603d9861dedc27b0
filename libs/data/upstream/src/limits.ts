/** The bounds of upstream connections that no configuration sets: each is tested. */

export const upstreamLimits = {
  /** A first part of a body up to this size goes out as one string with its head. */
  joinedBodyBytesMax: 16_384,
  /** 1xx heads before the final one. */
  informationalMax: 100,
  /** How long a connection that was ended may take to close. */
  lingerMs: 2_000,
  /** Of the buffer that a connection which carries much reads into. */
  ownBufferBytes: 262_144,
  /** Such buffers in use; over it such a connection shares the one of all others, and what it carries is copied. */
  ownBuffersMax: 64,
  /** Such buffers that are kept while nobody uses them. */
  ownBuffersKept: 16,
  /** Views of the shared buffer that are kept, one for each length up to this. */
  sharedViewBytesMax: 1_024,
  /** A part of a read that is smaller is copied: that costs less than to keep track of it. */
  lentBytesMin: 16_384,
} as const;
