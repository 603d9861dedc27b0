/** Linkerd's failure accrual: some failures in a row shut an endpoint off; after a back-off one request may probe it. */

import type { AttemptOutcome, CheckedEndpoint, Endpoint, FailureAccrualSpec } from '@weft/data-runtime';
import type { Cancel } from '@weft/kernel';
import { Counters, type Keeper, type KeeperDeps } from '../keeper.ts';

/** 'shut': nothing goes there; 'probation': one request may; 'probing': it is under way. */
type Gate = 'open' | 'shut' | 'probation' | 'probing';

interface Breaker {
  gate: Gate;
  failures: number;
  /** Back-offs since it was last open. */
  trips: number;
  cancel: Cancel | undefined;
}

export function createFailureAccrual(spec: FailureAccrualSpec, deps: KeeperDeps): Keeper {
  return new FailureAccrual(spec, deps);
}

class FailureAccrual implements Keeper {
  readonly counters = new Counters([
    'failure_accrual.shut_total',
    'failure_accrual.probes_total',
    'failure_accrual.shut',
  ]);
  readonly #spec: FailureAccrualSpec;
  readonly #deps: KeeperDeps;
  #breakers = new Map<Endpoint, Breaker>();

  constructor(spec: FailureAccrualSpec, deps: KeeperDeps) {
    this.#spec = spec;
    this.#deps = deps;
  }

  readonly observe = (endpoint: Endpoint, outcome: AttemptOutcome): void => {
    const breaker = this.#breakers.get(endpoint);
    // Answers to requests from before the gate was shut say nothing new.
    if (breaker === undefined || breaker.gate === 'shut') return;
    const failed = isFailure(outcome);
    if (breaker.gate === 'open') {
      breaker.failures = failed ? breaker.failures + 1 : 0;
      if (breaker.failures >= this.#spec.failuresMax) this.#shut(endpoint, breaker);
    } else if (breaker.gate === 'probing') {
      if (failed) this.#shut(endpoint, breaker);
      else this.#open(endpoint, breaker);
    }
  };

  readonly picked = (endpoint: Endpoint): void => {
    const breaker = this.#breakers.get(endpoint);
    if (breaker?.gate !== 'probation') return;
    breaker.gate = 'probing';
    this.counters.add('failure_accrual.probes_total');
    this.#deps.change(endpoint, 'shut', true);
    // A probe that nobody hears of again (its client went away) must not shut the endpoint off for ever.
    this.#letProbe(endpoint, breaker);
  };

  update(endpoints: readonly CheckedEndpoint[]): void {
    const before = this.#breakers;
    this.#breakers = new Map();
    for (const endpoint of endpoints) {
      const breaker = before.get(endpoint) ?? { gate: 'open', failures: 0, trips: 0, cancel: undefined };
      before.delete(endpoint);
      this.#breakers.set(endpoint, breaker);
    }
    for (const breaker of before.values()) {
      close(breaker);
      if (breaker.gate !== 'open') this.counters.add('failure_accrual.shut', -1);
    }
  }

  stop(): void {
    for (const breaker of this.#breakers.values()) close(breaker);
  }

  reasonOf(endpoint: Endpoint): string | undefined {
    const breaker = this.#breakers.get(endpoint);
    if (breaker === undefined || breaker.gate === 'open') return undefined;
    return `failure accrual: ${breaker.gate} after ${breaker.failures} failures in a row, back-off ${breaker.trips}`;
  }

  /** Aside for the next back-off of the series; then a probe may go. */
  #shut(endpoint: Endpoint, breaker: Breaker): void {
    close(breaker);
    if (breaker.gate === 'open') this.counters.add('failure_accrual.shut');
    this.counters.add('failure_accrual.shut_total');
    breaker.gate = 'shut';
    this.#letProbe(endpoint, breaker);
    breaker.trips += 1;
    this.#deps.change(endpoint, 'shut', true);
  }

  #open(endpoint: Endpoint, breaker: Breaker): void {
    close(breaker);
    if (breaker.gate !== 'open') this.counters.add('failure_accrual.shut', -1);
    breaker.gate = 'open';
    breaker.failures = 0;
    breaker.trips = 0;
    this.#deps.change(endpoint, 'shut', false);
  }

  /** After the back-off. */
  #letProbe(endpoint: Endpoint, breaker: Breaker): void {
    const { clock, random, change } = this.#deps;
    breaker.cancel = clock.after(backOffMs(this.#spec, breaker.trips, random()), () => {
      breaker.gate = 'probation';
      change(endpoint, 'shut', false);
    });
  }
}

function close(breaker: Breaker): void {
  breaker.cancel?.();
  breaker.cancel = undefined;
}

/** min × 2^trips, at most max; then up to `jitter` of it more, still at most max. @param chance in [0, 1). */
function backOffMs({ backOffMinMs, backOffMaxMs, jitter }: FailureAccrualSpec, trips: number, chance: number): number {
  const baseMs = Math.min(backOffMinMs * 2 ** Math.min(trips, 40), backOffMaxMs);
  return Math.min(baseMs + chance * jitter * baseMs, backOffMaxMs);
}

/** gRPC: UNKNOWN, DEADLINE_EXCEEDED, PERMISSION_DENIED, INTERNAL, UNAVAILABLE, DATA_LOSS. */
const grpcFailures = new Set([2, 4, 7, 13, 14, 15]);

function isFailure({ status, grpcStatus, local }: AttemptOutcome): boolean {
  if (local !== undefined) return true;
  return grpcStatus === undefined ? status >= 500 && status < 600 : grpcFailures.has(grpcStatus);
}
