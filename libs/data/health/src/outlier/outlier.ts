/** Outlier detection, passive: endpoints that fail too much are put aside for a while (Envoy's OutlierDetection). */

import type {
  AttemptOutcome,
  CheckedEndpoint,
  EjectionKind,
  Endpoint,
  OutlierBounds,
  OutlierSpec,
  SuccessRateBounds,
  SuccessRates,
} from '@weft/data-runtime';
import type { Cancel } from '@weft/kernel';
import { Counters, type Keeper, type KeeperDeps } from '../keeper.ts';
import { Monitor } from './monitor.ts';
import { outlierCounters, statNames } from './stat-names.ts';
import { findOutliers, noBounds } from './success-rates.ts';

export interface Outlier extends Keeper {
  /** An active check of the endpoint succeeded: an ejection ends where the configuration says so. */
  checkPassed(endpoint: Endpoint): void;
  successRates(endpoint: Endpoint): SuccessRates;
  /** Of the last interval. */
  readonly bounds: OutlierBounds;
}

/** Status that stands for a failure of this proxy's own making where local failures are not told apart. */
const localStatuses = { 'connect-failed': 503, reset: 503, timeout: 504 } as const;

export function createOutlier(spec: OutlierSpec, deps: KeeperDeps): Outlier {
  return new OutlierDetector(spec, deps);
}

class OutlierDetector implements Outlier {
  readonly counters = new Counters(outlierCounters);
  bounds: OutlierBounds = { external: noBounds, localOrigin: noBounds };
  readonly #spec: OutlierSpec;
  readonly #deps: KeeperDeps;
  #monitors = new Map<Endpoint, Monitor>();
  #ejected = 0;
  /** Runs only while there is something to look at: most clusters are idle most of the time. */
  #cancelInterval: Cancel | undefined;

  constructor(spec: OutlierSpec, deps: KeeperDeps) {
    this.#spec = spec;
    this.#deps = deps;
  }

  readonly observe = (endpoint: Endpoint, outcome: AttemptOutcome): void => {
    const monitor = this.#monitors.get(endpoint);
    if (monitor === undefined) return;
    if (this.#cancelInterval === undefined) this.#start();
    const { local } = outcome;
    // As Envoy: an attempt that got a connection is a local success, even where the endpoint broke it off afterwards.
    if (this.#spec.splitLocalOrigin && local !== 'connect-failed') this.#localSuccess(monitor);
    if (local === undefined) {
      // Without a status it was a connection, and it was made.
      this.#status(endpoint, monitor, outcome.status === 0 ? 200 : outcome.status);
    } else if (this.#spec.splitLocalOrigin) this.#localFailure(endpoint, monitor);
    else this.#status(endpoint, monitor, localStatuses[local]);
  };

  update(endpoints: readonly CheckedEndpoint[]): void {
    const before = this.#monitors;
    this.#monitors = new Map();
    this.#ejected = 0;
    for (const endpoint of endpoints) {
      const monitor = before.get(endpoint) ?? new Monitor();
      if (monitor.ejectedFor !== undefined) this.#ejected += 1;
      this.#monitors.set(endpoint, monitor);
    }
    this.#countActive();
  }

  checkPassed(endpoint: Endpoint): void {
    const monitor = this.#monitors.get(endpoint);
    if (monitor?.ejectedFor === undefined || !this.#spec.successfulCheckUnejects) return;
    this.#uneject(endpoint, monitor);
  }

  stop(): void {
    this.#cancelInterval?.();
    this.#cancelInterval = undefined;
  }

  reasonOf(endpoint: Endpoint): string | undefined {
    const monitor = this.#monitors.get(endpoint);
    if (monitor?.ejectedFor === undefined) return undefined;
    const seconds = Math.round((this.#deps.clock.monotonic() - monitor.ejectedAtMs) / 1_000);
    const lasts = Math.round(this.#ejectionMs(monitor) / 1_000);
    return `ejected ${seconds} s ago by outlier detection (${monitor.ejectedFor}), for ${lasts} s at least`;
  }

  successRates(endpoint: Endpoint): SuccessRates {
    const monitor = this.#monitors.get(endpoint);
    return { external: monitor?.external.judged ?? -1, localOrigin: monitor?.local.judged ?? -1 };
  }

  #status(endpoint: Endpoint, monitor: Monitor, status: number): void {
    const failed = status >= 500 && status < 600;
    monitor.external.add(!failed);
    if (!failed) {
      monitor.consecutive5xx = 0;
      monitor.consecutiveGateway = 0;
      return;
    }
    if (status >= 502 && status <= 504) {
      monitor.consecutiveGateway += 1;
      if (monitor.consecutiveGateway === this.#spec.consecutiveGatewayFailure) {
        this.#consecutive(endpoint, monitor, 'consecutive_gateway_failure');
      }
    } else monitor.consecutiveGateway = 0;
    monitor.consecutive5xx += 1;
    if (monitor.consecutive5xx === this.#spec.consecutive5xx) this.#consecutive(endpoint, monitor, 'consecutive_5xx');
  }

  #localSuccess(monitor: Monitor): void {
    monitor.local.add(true);
    monitor.consecutiveLocal = 0;
  }

  #localFailure(endpoint: Endpoint, monitor: Monitor): void {
    monitor.local.add(false);
    monitor.consecutiveLocal += 1;
    if (monitor.consecutiveLocal === this.#spec.consecutiveLocalOriginFailure) {
      this.#consecutive(endpoint, monitor, 'consecutive_local_origin_failure');
    }
  }

  #consecutive(endpoint: Endpoint, monitor: Monitor, kind: EjectionKind): void {
    if (monitor.ejectedFor !== undefined) return;
    this.#eject(endpoint, monitor, kind);
    // Whether it was ejected or not: the next one takes as many failures again.
    if (kind === 'consecutive_5xx') monitor.consecutive5xx = 0;
    else if (kind === 'consecutive_gateway_failure') monitor.consecutiveGateway = 0;
    else monitor.consecutiveLocal = 0;
  }

  #eject(endpoint: Endpoint, monitor: Monitor, kind: EjectionKind): void {
    const spec = this.#spec;
    this.counters.add(statNames[kind].detected);
    const percent = (100 * (this.#ejected + 1)) / this.#monitors.size;
    const fits = percent <= spec.maxEjectionPercent || (spec.alwaysEjectOneHost && this.#ejected === 0);
    if (!fits) {
      this.counters.add('outlier_detection.ejections_overflow');
      return;
    }
    const { random, clock } = this.#deps;
    if (random() * 100 >= spec.enforcing[kind]) return;
    this.counters.add(statNames[kind].enforced);
    this.counters.add('outlier_detection.ejections_enforced_total');
    monitor.ejectedFor = kind;
    monitor.ejectedAtMs = clock.monotonic();
    monitor.jitterMs = Math.floor(random() * (spec.ejectionJitterMs + 1));
    // Beyond the greatest time it need not grow.
    if (monitor.multiplier * spec.baseEjectionMs < spec.maxEjectionMs + spec.baseEjectionMs) monitor.multiplier += 1;
    this.#ejected += 1;
    this.#countActive();
    this.#deps.change(endpoint, 'ejected', true);
  }

  #uneject(endpoint: Endpoint, monitor: Monitor): void {
    monitor.ejectedFor = undefined;
    monitor.resetConsecutive();
    this.#ejected -= 1;
    this.#countActive();
    this.#deps.change(endpoint, 'ejected', false);
  }

  #ejectionMs({ multiplier, jitterMs }: Monitor): number {
    return Math.min(this.#spec.baseEjectionMs * multiplier, this.#spec.maxEjectionMs) + jitterMs;
  }

  #start(): void {
    this.#cancelInterval = this.#deps.clock.every(this.#spec.intervalMs, () => this.#sweep());
  }

  /** An interval is over: who has been away for long enough comes back, then the rates of the interval are judged. */
  #sweep(): void {
    const nowMs = this.#deps.clock.monotonic();
    let idle = true;
    for (const [endpoint, monitor] of this.#monitors) {
      if (monitor.ejectedFor === undefined) {
        if (monitor.multiplier > 0) monitor.multiplier -= 1;
      } else if (nowMs - monitor.ejectedAtMs >= this.#ejectionMs(monitor)) this.#uneject(endpoint, monitor);
      idle &&= monitor.ejectedFor === undefined && monitor.multiplier === 0;
      monitor.external.turn();
      monitor.local.turn();
      idle &&= monitor.external.isIdle && monitor.local.isIdle;
    }
    this.bounds = { external: this.#judge(false), localOrigin: this.#judge(true) };
    if (idle) this.stop();
  }

  #judge(local: boolean): SuccessRateBounds {
    const { found, bounds } = findOutliers(this.#monitors, this.#spec, local);
    for (const { endpoint, monitor, kind } of found) {
      if (monitor.ejectedFor === undefined) this.#eject(endpoint, monitor, kind);
    }
    return bounds;
  }

  #countActive(): void {
    this.counters.set('outlier_detection.ejections_active', this.#ejected);
  }
}
