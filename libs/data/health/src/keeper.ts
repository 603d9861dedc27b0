/** The shape of what keeps the health of a cluster's endpoints: one folder each. */

import type { AttemptOutcome, CheckedEndpoint, Endpoint, HealthSubject } from '@weft/data-runtime';
import type { Clock, Random } from '@weft/kernel';

export interface KeeperDeps {
  readonly clock: Clock;
  readonly random: Random;
  /** The one mutator, of the cluster store. */
  readonly change: HealthSubject['change'];
}

export interface Keeper {
  /** Where present: hears of every attempt's end. No allocation in the ordinary case. */
  readonly observe?: (endpoint: Endpoint, outcome: AttemptOutcome) => void;
  /** Where present: hears of every endpoint that is picked. */
  readonly picked?: (endpoint: Endpoint) => void;
  /** The endpoints are now these; what is known of those that stay is kept. */
  update(endpoints: readonly CheckedEndpoint[]): void;
  stop(): void;
  /** What it has against an endpoint; nothing: nothing. */
  reasonOf(endpoint: Endpoint): string | undefined;
  /** By Envoy's stat name, without the cluster's. The living map. */
  readonly counters: ReadonlyMap<string, number>;
}

/** Counters that begin with 0, so that a page shows them all. */
export class Counters extends Map<string, number> {
  constructor(names: readonly string[]) {
    super(names.map((name) => [name, 0]));
  }

  add(name: string, by = 1): void {
    this.set(name, (this.get(name) ?? 0) + by);
  }
}
