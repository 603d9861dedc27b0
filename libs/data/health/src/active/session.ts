/** One endpoint under one check: when it is probed again, and when its health changes (Envoy's thresholds and intervals). */

import type { HealthProbe } from '@weft/data-runtime';
import type { Cancel, Clock, Random } from '@weft/kernel';
import type { CheckResult } from './check-result.ts';

export interface SessionOptions {
  readonly probe: HealthProbe;
  readonly clock: Clock;
  readonly random: Random;
  /** Runs one probe. @returns nothing: there is no room for it now. */
  run(done: (result: CheckResult) => void): Cancel | undefined;
  /** True once the cluster has had a request. */
  hasTraffic(): boolean;
  /** After each result. */
  onResult(session: Session, result: CheckResult): void;
}

/** A probe for which there was no room is tried again after so long. */
const crowdedMs = 100;

export class Session {
  healthy = false;
  degraded = false;
  /** Why it is not healthy, or was not at the last probe; empty: it was. */
  reason = 'not checked yet';
  readonly #options: SessionOptions;
  #first = true;
  #successes = 0;
  #failures = 0;
  #stopped = false;
  #cancel: Cancel;

  constructor(options: SessionOptions) {
    this.#options = options;
    const { clock, random, probe } = options;
    this.#cancel = clock.after(random() * probe.initialJitterMs, () => this.#probe());
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  /** The endpoint said in an answer to a request that it is not well. */
  failAtOnce(reason: string): void {
    this.healthy = false;
    this.reason = reason;
    this.#successes = 0;
    this.#failures = 0;
    this.#first = false;
  }

  #probe(): void {
    let answered = false;
    const cancel = this.#options.run((result) => {
      answered = true;
      if (!this.#stopped) this.#take(result);
    });
    if (cancel === undefined) this.#cancel = this.#options.clock.after(crowdedMs, () => this.#probe());
    else if (!answered) this.#cancel = cancel;
  }

  #take(result: CheckResult): void {
    const pending = result.kind === 'pass' ? this.#pass(result.degraded) : this.#fail(result);
    this.#first = false;
    this.#options.onResult(this, result);
    if (this.#stopped) return;
    const waitMs = this.#intervalMs(result.kind === 'pass', pending);
    this.#cancel = this.#options.clock.after(waitMs, () => this.#probe());
  }

  /** @returns whether a change is under way that the threshold holds back. */
  #pass(degraded: boolean): boolean {
    this.#failures = 0;
    this.degraded = degraded;
    this.reason = '';
    if (this.healthy) return false;
    this.#successes += 1;
    // The very first result decides alone, so that a start is quick.
    if (!this.#first && this.#successes < this.#options.probe.healthyThreshold) return true;
    this.healthy = true;
    this.#successes = 0;
    return false;
  }

  #fail(result: Exclude<CheckResult, { kind: 'pass' }>): boolean {
    this.#successes = 0;
    this.reason = result.reason;
    if (!this.healthy) return false;
    this.#failures += 1;
    // An endpoint that says itself that it is not well is believed at once.
    if (result.kind !== 'active' && this.#failures < this.#options.probe.unhealthyThreshold) return true;
    this.healthy = false;
    this.#failures = 0;
    return false;
  }

  #intervalMs(passed: boolean, pending: boolean): number {
    const { probe, random, hasTraffic } = this.#options;
    const baseMs = hasTraffic()
      ? passed
        ? pending
          ? probe.healthyEdgeIntervalMs
          : probe.intervalMs
        : pending
          ? probe.unhealthyEdgeIntervalMs
          : probe.unhealthyIntervalMs
      : passed
        ? probe.noTrafficHealthyIntervalMs
        : probe.noTrafficIntervalMs;
    return baseMs + random() * (probe.intervalJitterMs + (baseMs * probe.intervalJitterPercent) / 100);
  }
}
