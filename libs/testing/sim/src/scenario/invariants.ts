/** What must hold after every scenario. */

import type { Breaker } from '@weft/data-runtime';
import type { World } from '../world/world.ts';
import type { RequestRecord } from './ledger.ts';
import type { ScenarioPlan } from './plan.ts';

/** Octets that may wait in one wire of a sidecar: what HTTP/2 makes for a peer that does not read, and one turn of writes more. */
const wireBytesMax = 1_048_576 + 262_144;
/** Attempts that nobody acted on and that a sidecar repeats without counting (httpLimits.resendsMax). */
const resendsMax = 3;

export function checkInvariants(plan: ScenarioPlan, world: World): void {
  for (const request of world.ledger.requests) checkRequest(plan, world, request);
  checkZero(world);
}

function checkRequest(plan: ScenarioPlan, { ledger }: World, request: RequestRecord): void {
  const acted = request.arrivals.filter(({ refused }) => !refused).length;
  const retries = plan.retryOn === 0 ? 0 : plan.retriesMax;
  const repeats = !request.repeatable ? 0 : (1 + retries) * resendsMax * 2;
  if (acted > 1 + retries + repeats) ledger.fault(request, `the application acted on it ${acted} times`);
  const { a, b } = request.logs;
  if (a > 1) ledger.fault(request, `A logged it ${a} times`);
  if (a === 0 && request.outcome === 'answered') ledger.fault(request, 'A did not log it');
  if (b < request.arrivals.length && a > 0) {
    // A line of B is one attempt of A; B itself may repeat what nobody acted on.
    if (b === 0) ledger.fault(request, 'B did not log it');
  }
}

function checkZero({ ledger, clock, network, a, b }: World): void {
  const zero = (what: string, count: number): void => {
    if (count !== 0) ledger.faults.push(`${what} is ${count} in the end`);
  };
  for (const [name, sidecar] of [
    ['A', a],
    ['B', b],
  ] as const) {
    zero(`${name}: connections of clients`, sidecar.handler.connections());
    zero(`${name}: waiting flushes`, sidecar.flushes.size);
    for (const endpoint of sidecar.endpoints) zero(`${name}: active at ${endpoint.hostPort}`, endpoint.active);
    for (const cluster of sidecar.clusters) {
      const stats = sidecar.pools.stats(cluster);
      zero(`${name}: connections of the pool`, stats.connections);
      zero(`${name}: requests of the pool`, stats.active);
      checkBreaker(name, cluster.breakers.default, zero);
    }
  }
  zero('timers', clock.timers);
  // Actors may stay open: a silent application never says anything.
  const open = network.openWires().filter((name) => !/^(?:8080<|client)/.test(name));
  if (open.length > 0) ledger.faults.push(`never closed: ${open.join(', ')}`);
  for (const misuse of network.watch.misuse) ledger.faults.push(misuse);
  const { queuedBytesMax } = network.watch;
  if (queuedBytesMax > wireBytesMax) ledger.faults.push(`${queuedBytesMax} octets waited in one wire`);
}

function checkBreaker(name: string, { used }: Breaker, zero: (what: string, count: number) => void): void {
  zero(`${name}: connections of the breaker`, used.connections);
  zero(`${name}: pending of the breaker`, used.pending);
  zero(`${name}: requests of the breaker`, used.requests);
  zero(`${name}: retries of the breaker`, used.retries);
}
