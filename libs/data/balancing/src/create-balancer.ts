/** The table of contents: override host, then subsets, priorities, localities, and the policy of the specification. */

import type { BalancingPolicy, BalancingSpec, CreateBalancer, Endpoint, PickContext } from '@weft/data-runtime';
import { createBoundedLoad } from './bounded-load/bounded-load.ts';
import type { Layer } from './layers.ts';
import { createLeastRequest } from './least-request/least-request.ts';
import { createCrowd } from './localities/crowd.ts';
import { createMaglev } from './maglev/maglev.ts';
import { createPeakEwma } from './peak-ewma/peak-ewma.ts';
import type { PolicyDeps, PolicyFamily } from './policy.ts';
import { Priorities } from './priorities/priorities.ts';
import { createRandomBalancer } from './random/random.ts';
import { createRingHash } from './ring-hash/ring-hash.ts';
import { createRoundRobin } from './round-robin/round-robin.ts';
import { Subsets } from './subsets/subsets.ts';

/** Pass it to `createRuntime`. */
export const createBalancer: CreateBalancer = (spec, random, clock) => {
  const family = createFamily(spec, { random, clock });
  const createPriorities = (): Layer =>
    new Priorities(spec, { random, hashes: family.hashes, createCrowd: () => createCrowd(family, random) });
  const chosen = spec.subsets === undefined ? createPriorities() : new Subsets(spec.subsets, createPriorities);
  let endpoints: readonly Endpoint[] = [];
  /** Made when the first request asks for an endpoint by name. */
  let byHostPort: Map<string, Endpoint> | undefined;

  const overridden = (hostPort: string): Endpoint | undefined => {
    byHostPort ??= new Map(endpoints.map((endpoint) => [endpoint.hostPort, endpoint]));
    const endpoint = byHostPort.get(hostPort);
    return endpoint?.healthy === true && !endpoint.ejected ? endpoint : undefined;
  };

  /** Picks again while an endpoint was tried before, `avoidTries` times at most; then the last one has to do. */
  const pickFor = (context: PickContext): Endpoint | undefined => {
    if (context.overrideHost !== undefined) {
      const endpoint = overridden(context.overrideHost);
      if (endpoint !== undefined) return endpoint;
    }
    let picked = chosen.pick(context, 0);
    if (context.avoid.length === 0) return picked;
    for (let attempt = 1; attempt <= context.avoidTries; attempt += 1) {
      if (picked === undefined || !context.avoid.includes(picked)) break;
      picked = chosen.pick(context, attempt);
    }
    return picked;
  };

  return {
    update(all) {
      endpoints = all;
      byHostPort = undefined;
      chosen.update(all);
    },
    pick: (context) => (context === undefined ? chosen.pick(undefined, 0) : pickFor(context)),
    ...(family.observe === undefined ? {} : { observe: family.observe }),
  };
};

function createFamily(spec: BalancingSpec, deps: PolicyDeps): PolicyFamily {
  const family = createPlainFamily(spec.policy, deps);
  return family.hashes && spec.hashBalanceFactor > 0 ? createBoundedLoad(family, spec.hashBalanceFactor, deps) : family;
}

function createPlainFamily(policy: BalancingPolicy, deps: PolicyDeps): PolicyFamily {
  switch (policy.kind) {
    case 'least-request':
      return createLeastRequest(policy, deps);
    case 'round-robin':
      return createRoundRobin(policy, deps);
    case 'random':
      return createRandomBalancer(policy, deps);
    case 'ring-hash':
      return createRingHash(policy, deps);
    case 'maglev':
      return createMaglev(policy, deps);
    case 'peak-ewma':
      return createPeakEwma(policy, deps);
  }
}
