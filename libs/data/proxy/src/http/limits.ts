/** The bounds of the HTTP path. */

export const httpLimits = {
  /** A body's part up to this is written in one piece with its head. */
  joinedBodyBytesMax: 16_384,
  /** From the first octet of a head, or of a connection, to the end of the head. */
  requestHeadTimeoutMs: 30_000,
  /** A connection without a request. */
  idleTimeoutMs: 3_600_000,
  /** After a last answer: how long the client may take to see it and close. */
  lingerMs: 1_000,
} as const;
