/** The bounds of the HTTP path. */

export const httpLimits = {
  /** A body's part up to this is written in one piece with its head, and with other parts of the same turn. */
  joinedBodyBytesMax: 16_384,
  /** From the first octet of a head to its end, where the listener sets no limit. */
  requestHeadTimeoutMs: 30_000,
  /** A connection without a request, where the listener sets no limit. */
  idleTimeoutMs: 3_600_000,
  /** After a last answer: how long the client may take to see it and close, where the listener does not say. */
  lingerMs: 1_000,
  /** What is kept of a body that no retry was promised for: enough for most, so that an attempt nobody acted on can be made again. */
  spareBodyBytesMax: 65_536,
  /** Exchanges of one HTTP/2 connection that are kept for its next requests. */
  pooledExchangesMax: 128,
  /** Timeouts up to this get a timer of their own; longer ones are looked at on the coarse beat. */
  exactTimeoutMsMax: 5_000,
  /** Attempts that nobody acted on (GOAWAY, an idle connection that closed) and that are repeated without counting as retries. */
  resendsMax: 3,
  /** Copies of requests that are under way to mirrors; one more is not sent. */
  mirrorsMax: 1_000,
  /** How long such a copy may take where its route has no timeout: one that is never answered must not hold its place for ever. */
  mirrorTimeoutMs: 60_000,
  /** Requests of filters that are under way; one more is refused. */
  calloutsMax: 10_000,
  /** The body of an answer to a filter's request. */
  calloutAnswerBytesMax: 1_048_576,
} as const;
