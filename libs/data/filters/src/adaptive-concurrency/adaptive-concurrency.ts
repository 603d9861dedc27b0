/** A limit of requests under way that follows the upstream's latency: envoy.extensions.filters.http.adaptive_concurrency.v3. */

import { filterDisabled, type HttpFilter } from '@weft/data-runtime';
import type { Clock } from '@weft/kernel';
import type { Counter, Gauge } from '@weft/telemetry';
import type { GradientController } from './gradient.ts';

export interface ConcurrencyStats {
  readonly blocked: Counter;
  readonly gauges: Readonly<Record<'limit' | 'measuring' | 'idleMs' | 'sampleMs' | 'gradient' | 'headroom', Gauge>>;
}

/** Envoy counts fractions in thousandths. */
const thousandths = 1_000;
const noFields: readonly string[] = [];

export function createAdaptiveConcurrency(
  name: string,
  controller: GradientController,
  status: number,
  stats: ConcurrencyStats,
  clock: Clock,
): HttpFilter {
  return {
    name,
    onRequest(exchange) {
      // An internal redirect brings the exchange here again.
      if (exchange.filterConfig(name) === filterDisabled || exchange.state.has(name)) return true;
      if (controller.admit()) {
        exchange.state.set(name, clock.monotonic());
        return true;
      }
      stats.blocked.add(1);
      exchange.reason = `adaptive concurrency: ${controller.limit} requests are under way`;
      exchange.answer(status, noFields, 'reached concurrency limit', 'reached_concurrency_limit');
      return false;
    },
    onComplete(exchange) {
      if (exchange.state.size === 0) return;
      const startedMs = exchange.state.get(name) as number | undefined;
      if (startedMs === undefined) return;
      // A status was written and nobody broke it off: the answer is whole.
      if (exchange.status !== 0 && exchange.errorCode !== 'downstream_closed') controller.end(startedMs);
      else controller.drop();
      report(controller, stats);
    },
  };
}

function report(controller: GradientController, { gauges }: ConcurrencyStats): void {
  gauges.limit.set(controller.limit);
  gauges.measuring.set(controller.measuring ? 1 : 0);
  gauges.idleMs.set(Math.floor(controller.idleMs));
  gauges.sampleMs.set(Math.floor(controller.sampleMs));
  gauges.gradient.set(Math.floor(controller.gradient * thousandths));
  gauges.headroom.set(Math.floor(controller.headroom));
}
