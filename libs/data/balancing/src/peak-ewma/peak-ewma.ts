/** Peak EWMA with power of two choices: the endpoint whose latency times its load is less (Linkerd's default). */

import type { BalancingPolicy, Endpoint } from '@weft/data-runtime';
import type { Policy, PolicyDeps, PolicyFamily } from '../policy.ts';

export type PeakEwmaSpec = Omit<Extract<BalancingPolicy, { kind: 'peak-ewma' }>, 'kind'>;

/** What is thought of an endpoint's latency, and since when. */
interface Estimate {
  rttMs: number;
  atMs: number;
}

/**
 * A sample above the estimate replaces it; one below pulls it down with the weight 1 - e^(-dt / decay). Read, it decays towards 0. A load is
 * estimate × (active + 1). Weights do not count: Linkerd weighs services, not endpoints.
 */
export function createPeakEwma(spec: PeakEwmaSpec, deps: PolicyDeps): PolicyFamily {
  // Endpoints keep their estimate over updates and in whatever crowd they are.
  const estimates = new WeakMap<Endpoint, Estimate>();
  const estimateOf = (endpoint: Endpoint): Estimate => {
    let estimate = estimates.get(endpoint);
    if (estimate === undefined) {
      estimate = { rttMs: spec.defaultRttMs, atMs: deps.clock.monotonic() };
      estimates.set(endpoint, estimate);
    }
    return estimate;
  };
  return {
    hashes: false,
    create: () => createPolicy(spec, deps, estimateOf),
    observe(endpoint, outcome) {
      const estimate = estimateOf(endpoint);
      const nowMs = deps.clock.monotonic();
      const sampleMs = outcome.latencyMs;
      if (sampleMs > estimate.rttMs) estimate.rttMs = sampleMs;
      else {
        const kept = Math.exp((estimate.atMs - nowMs) / spec.decayMs);
        estimate.rttMs = estimate.rttMs * kept + sampleMs * (1 - kept);
      }
      estimate.atMs = nowMs;
    },
  };
}

function createPolicy(
  spec: PeakEwmaSpec,
  { random, clock }: PolicyDeps,
  estimateOf: (endpoint: Endpoint) => Estimate,
): Policy {
  let endpoints: readonly Endpoint[] = [];
  let estimates: readonly Estimate[] = [];

  const loadOf = (index: number, nowMs: number): number => {
    const { rttMs, atMs } = estimates[index]!;
    return rttMs * Math.exp((atMs - nowMs) / spec.decayMs) * (endpoints[index]!.active + 1);
  };

  return {
    update(all) {
      endpoints = all;
      estimates = all.map(estimateOf);
    },
    pick() {
      const { length } = endpoints;
      if (length < 2) return endpoints[0];
      const one = Math.floor(random() * length);
      let two = Math.floor(random() * (length - 1));
      if (two >= one) two += 1;
      const nowMs = clock.monotonic();
      return endpoints[loadOf(two, nowMs) < loadOf(one, nowMs) ? two : one];
    },
  };
}
