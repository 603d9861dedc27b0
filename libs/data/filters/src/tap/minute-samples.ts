/** A fair sample of each minute of the last hour. */

import type { Exchange } from '@weft/data-runtime';
import type { Random } from '@weft/kernel';
import { recentLimits } from './recent-limits.ts';
import { claimsOf, headersOf, type Kept, type SampledExchange, shown } from './seen-exchange.ts';

const minuteMs = 60_000;

interface KeptSample extends Pick<SampledExchange, 'headers' | 'claims'> {
  readonly kept: Kept;
}

interface Minute {
  readonly startMs: number;
  /** Exchanges of it, sampled or not. */
  seen: number;
  readonly samples: KeptSample[];
}

export class MinuteSamples {
  readonly #random: Random;
  readonly #minutes: Minute[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  /** One more exchange. @returns its place among the samples of its minute, the open one: pass it on to `put`; -1: it is none. */
  placeOf(startedAtMs: number): number {
    const minute = this.#openAt(startedAtMs);
    minute.seen += 1;
    const { samples, seen } = minute;
    const place = seen <= recentLimits.samplesPerMinute ? samples.length : Math.floor(this.#random() * seen);
    return place < recentLimits.samplesPerMinute ? place : -1;
  }

  put(place: number, exchange: Exchange, kept: Kept): void {
    const claims = claimsOf(exchange);
    const minute = this.#minutes.at(-1) as Minute;
    minute.samples[place] = { kept, headers: headersOf(exchange), ...(claims === undefined ? {} : { claims }) };
  }

  /** As `RecentExchanges.samples`. */
  read(sinceMs: number, samplesMax: number): readonly SampledExchange[] {
    const found = this.#minutes
      .filter(({ startMs }) => startMs + minuteMs > sinceMs)
      .flatMap(({ seen, samples }) =>
        samples.map(({ kept, ...rest }) => ({ ...shown(kept), ...rest, weight: seen / samples.length })),
      );
    return found.slice(Math.max(0, found.length - samplesMax));
  }

  #openAt(atMs: number): Minute {
    const startMs = atMs - (atMs % minuteMs);
    const last = this.#minutes.at(-1);
    // An exchange that ends late counts for the minute that is open.
    if (last !== undefined && last.startMs >= startMs) return last;
    const minute: Minute = { startMs, seen: 0, samples: [] };
    this.#minutes.push(minute);
    if (this.#minutes.length > recentLimits.minutesMax) this.#minutes.shift();
    return minute;
  }
}
