/** The bounds of listeners. */

export const listenerLimits = {
  /** Open connections of one listener, handshakes included; one more is closed at once and counted. */
  connectionsMax: 20_000,
  /** Connections that the system may hold before they are accepted. */
  backlog: 1_024,
  /** Between two tries to get a busy port. */
  retryMs: 1_000,
  /** Tries before a listener waits for the next configuration. */
  retriesMax: 60,
  /** Lines about refused connections that one listener writes in one window. */
  refusalsLoggedMax: 20,
  refusalWindowMs: 1_000,
} as const;
