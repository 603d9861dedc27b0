/** Who is picked where the hash's own endpoint has enough; that none gets more than its share is in the contract of hash policies. */

import { expect, it } from 'vitest';
import { balancer, context, endpoint } from '../testing/balancer.contract.ts';

const policy = { kind: 'maglev', tableSize: 65_537, useHostname: false } as const;

function loaded(actives: readonly number[]) {
  const made = balancer(policy, { hashBalanceFactor: 120 });
  const endpoints = actives.map((active, index) => endpoint(index + 1, { active }));
  made.update(endpoints);
  const ownerOf = (hash: number): number => made.pick(context({ hash }))!.port;
  return { endpoints, ownerOf };
}

const hashes = Array.from({ length: 50 }, (_, index) => index * 0x0123_4567);

it('is the hash’s own endpoint while it has room', () => {
  const bare = balancer(policy);
  const { endpoints, ownerOf } = loaded([0, 0, 0, 0]);
  bare.update(endpoints);
  for (const hash of hashes) expect(ownerOf(hash)).toBe(bare.pick(context({ hash }))!.port);
});

it('is the same other one for the same hash, and not the same for all', () => {
  const { endpoints, ownerOf } = loaded([0, 0, 0, 0]);
  const own = endpoints[0]!;
  const displaced = hashes.filter((hash) => ownerOf(hash) === own.port);
  own.active = 100;
  const others = displaced.map(ownerOf);
  expect(others).not.toContain(own.port);
  expect(displaced.map(ownerOf)).toEqual(others);
  expect(new Set(others).size).toBeGreaterThan(1);
});
