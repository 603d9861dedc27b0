/** What passed of late: new exchanges, to be found by request id, and a fair sample of each minute of the last hour. */

import type { Exchange } from '@weft/data-runtime';
import type { Random } from '@weft/kernel';
import { MinuteSamples } from './minute-samples.ts';
import { recentLimits } from './recent-limits.ts';
import { type Kept, keep, type SampledExchange, type SeenExchange, shown } from './seen-exchange.ts';

export interface RecentExchanges {
  /** Costs little for what is not kept: under load that is nearly all. */
  offer(exchange: Exchange): void;
  /** Oldest first: a request passes a sidecar twice where it comes in and goes out. */
  byRequestId(id: string): readonly SeenExchange[];
  /** @param sinceMs epoch. @returns oldest minute first, `samplesMax` at most (the newest). */
  samples(sinceMs: number, samplesMax: number): readonly SampledExchange[];
}

export function createRecentExchanges(deps: { readonly random: Random }): RecentExchanges {
  const ring: Kept[] = [];
  let next = 0;
  const minutes = new MinuteSamples(deps.random);
  let secondMs = 0;
  let keptGood = 0;
  let keptBad = 0;

  /** What is kept outlives the young generation: all of a loaded sidecar's exchanges would be copied into the old one. */
  function admits({ startedAtMs, durationMs, status, flag }: Exchange): boolean {
    // Exchanges come in the order of their ends. A clock that was set back begins anew.
    const endedAtMs = startedAtMs + durationMs;
    if (Math.abs(endedAtMs - secondMs) >= 1_000) {
      secondMs = endedAtMs;
      keptGood = 0;
      keptBad = 0;
    }
    if (status >= 400 || status === 0 || flag !== '-') return ++keptBad <= recentLimits.exchangesPerSecond;
    return ++keptGood <= recentLimits.exchangesPerSecond;
  }

  return {
    offer(exchange) {
      const place = minutes.placeOf(exchange.startedAtMs);
      const admitted = admits(exchange);
      if (place < 0 && !admitted) return;
      const kept = keep(exchange);
      if (place >= 0) minutes.put(place, exchange, kept);
      if (!admitted) return;
      ring[next] = kept;
      next = (next + 1) % recentLimits.exchangesMax;
    },
    byRequestId(id) {
      const ordered = ring.length < recentLimits.exchangesMax ? ring : [...ring.slice(next), ...ring.slice(0, next)];
      return ordered.filter(({ request_id }) => request_id === id).map(shown);
    },
    samples: (sinceMs, samplesMax) => minutes.read(sinceMs, samplesMax),
  };
}
