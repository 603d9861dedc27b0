/** A proxy's polite end: peers first, then applications, all within one limit. */

import { type Clock, delay } from '@weft/kernel';
import type { DataPath, Side } from './data-path.ts';

/** How long new connections are still taken after peers were told: a client without retries must not meet a closed port. */
export const announceMs = 250;
/** How often is looked whether the last connection is gone. */
export const lookMs = 25;

export interface DrainOptions {
  readonly clock: Clock;
  readonly path: Pick<DataPath, 'drain' | 'connections'>;
  /** Milliseconds for all of it. */
  readonly limitMs: number;
  /** Somebody hears that this proxy goes: otherwise there is no use in `announceMs`. */
  readonly announced: boolean;
  /** Clients do not hear of it by a closed connection, while there is time (a process that takes over has the new ones). */
  readonly spareIdle?: boolean;
}

/**
 * Inbound connections end first (Istio's agent: drain_listeners?inboundonly), because what the application does for them may need the
 * way out. @returns when nothing is open any more or the time is over; closing what is left is the caller's.
 */
export async function drainProxy(options: DrainOptions): Promise<void> {
  const { clock, path } = options;
  const untilMs = clock.monotonic() + options.limitMs;
  if (options.announced) await delay(clock, Math.min(announceMs, options.limitMs));
  for (const side of ['inbound', 'outward'] as const satisfies readonly Side[]) {
    path.drain(side, options.spareIdle);
    while (path.connections(side) > 0 && clock.monotonic() < untilMs) await delay(clock, lookMs);
  }
}
