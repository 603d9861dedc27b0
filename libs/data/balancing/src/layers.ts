/** The shapes of the layers above a policy: each is given the makers of the one below, and knows none of them. */

import type { Endpoint, PickContext } from '@weft/data-runtime';

/** Of all endpoints, or of a subset. */
export interface Layer {
  update(endpoints: readonly Endpoint[]): void;
  /** No allocation. @param attempt 0, and one more each time the pick was refused. */
  pick(context: PickContext | undefined, attempt: number): Endpoint | undefined;
}

export interface CrowdSpec {
  readonly localityWeighted: boolean;
  readonly overprovisioningFactor: number;
}

/** The endpoints of one priority and health. */
export interface Crowd {
  /** @param eligible who may be picked. @param all of the level: what a locality's availability is measured by; nothing: locality weights do not count (panic). */
  update(eligible: readonly Endpoint[], all: readonly Endpoint[] | undefined, spec: CrowdSpec): void;
  pick(context: PickContext | undefined, attempt: number): Endpoint | undefined;
}
