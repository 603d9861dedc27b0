/** The table on our sidecar and, where it is installed, on a real Envoy: what a case says must hold on both, and all else must be equal. */

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { trafficCases } from './cases/index.ts';
import { policyCases } from './cases/policies.ts';
import { breaches } from './check.ts';
import { comparable, type Outcome } from './outcome.ts';
import { runRequest } from './run-request.ts';
import type { TrafficCase } from './traffic-case.ts';
import { startWorld, type World } from './world.ts';

/** TRAFFIC_TABLE=policies runs that part alone, TRAFFIC_TABLE=core the other. */
const part = process.env['TRAFFIC_TABLE'];
const inPart = (one: TrafficCase): boolean => part === undefined || policyCases.includes(one) === (part === 'policies');
const table = trafficCases.filter(inPart);
/** TRAFFIC_PEER=envoy tries the table on Envoy alone, TRAFFIC_ONLY=words runs the cases with these words in their names. */
const words = process.env['TRAFFIC_ONLY'];
const peer = process.env['TRAFFIC_PEER'] as 'weft' | 'envoy' | undefined;
const cases = words === undefined ? table : table.filter(({ name }) => name.includes(words));
const differences = readFileSync(
  new URL('../../../../docs/reference/differences-from-envoy.md', import.meta.url),
  'utf8',
);

// Only where it runs: rows are tried on Envoy alone while our sidecar is being changed.
const ours = peer === 'envoy' ? undefined : (await import('./peers/weft.ts')).startWeft;
let world: World;
beforeAll(async () => {
  world = await startWorld(cases, ours, peer);
  if (world.envoy === undefined && peer !== 'weft')
    console.log('envoy is not installed: the table runs on our sidecar alone');
});
afterAll(async () => world?.stop());

describe('the traffic table', () => {
  it('has names that are all different, and a reason for every wanted difference', () => {
    expect(new Set(trafficCases.map(({ name }) => name)).size).toBe(trafficCases.length);
    for (const { differs } of trafficCases) if (differs !== undefined) expect(differences).toContain(`| ${differs} |`);
  });

  it.each(cases.map((one, index) => ({ name: one.name, one, index })))('$name', async ({ one, index }) => {
    expect(world.weft?.refusal?.(index), 'our sidecar takes the resources').toBeUndefined();
    for (const [nth, request] of one.requests.entries()) {
      const ours = world.weft === undefined ? undefined : await runRequest(world, world.weft, index, nth, request);
      const theirs = world.envoy === undefined ? undefined : await runRequest(world, world.envoy, index, nth, request);
      const wanted = one.differs === undefined ? request.see : (request.envoy ?? {});
      if (theirs !== undefined) expect.soft(breaches(wanted, theirs), `Envoy, ${request.send} (${nth})`).toEqual([]);
      if (ours === undefined) continue;
      expect.soft(breaches(request.see, ours), `our sidecar, ${request.send} (${nth})`).toEqual([]);
      if (theirs === undefined || one.differs !== undefined || (request.times ?? 1) > 1) continue;
      expect
        .soft(view(ours, one.ignore?.fields ?? []), `ours beside Envoy's, ${request.send} (${nth})`)
        .toEqual(view(theirs, one.ignore?.fields ?? []));
    }
  });
});

function view(outcomes: readonly Outcome[], ignored: Parameters<typeof comparable>[1]): readonly object[] {
  return outcomes.map((outcome) => comparable(outcome, ignored));
}
