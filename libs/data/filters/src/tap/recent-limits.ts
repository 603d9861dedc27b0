/** How much is kept of what passed of late. */

export const recentLimits = {
  /** Exchanges for questions by request id; the oldest make room. */
  exchangesMax: 2_048,
  /** Of a second, those that went well; and as many of those that did not. Further ones are not kept. */
  exchangesPerSecond: 64,
  /** How far samples reach back. */
  minutesMax: 60,
  /** Of each minute; which ones is chance, each exchange has the same. */
  samplesPerMinute: 32,
  /** Of a sample; further ones are left out. */
  headersMax: 32,
  /** UTF-16 units; longer values are left out. */
  headerLengthMax: 256,
  /** UTF-16 units of a verified token's payload as JSON; a longer one is left out. */
  claimsLengthMax: 2_048,
} as const;
