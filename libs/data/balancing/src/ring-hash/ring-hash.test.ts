/** Ring hash: points by weight, as many as the bounds of the ring let them be. */

import { describe, expect, it } from 'vitest';
import { balancer, balancerContract, context, endpoint, hashContract } from '../testing/balancer.contract.ts';
import { buildRing } from './ring-hash.ts';

const policy = {
  kind: 'ring-hash',
  minimumRingSize: 65_536,
  maximumRingSize: 8_388_608,
  hash: 'xx-hash',
  useHostname: false,
} as const;

balancerContract('ring hash', policy);
hashContract('ring hash', policy);
hashContract('ring hash with MurmurHash2', { ...policy, hash: 'murmur-hash-2' });

describe('ring hash', () => {
  it('finds an endpoint by its host name or by its metadata, where asked to, whatever its address', () => {
    const owner = (change: { useHostname: boolean }, port: number, named: object): string | undefined => {
      const made = balancer({ ...policy, ...change });
      made.update([endpoint(port, { hostname: 'a', ...named }), endpoint(port + 1, { hostname: 'b' })]);
      return made.pick(context({ hash: 99_999 }))?.hostname;
    };
    expect(owner({ useHostname: true }, 1, {})).toBe(owner({ useHostname: true }, 100, {}));
    const made = balancer(policy);
    made.update([endpoint(1, { lbMetadata: { hash_key: 'x' } }), endpoint(2, { lbMetadata: { hash_key: 'y' } })]);
    const other = balancer(policy);
    other.update([endpoint(3, { lbMetadata: { hash_key: 'x' } }), endpoint(4, { lbMetadata: { hash_key: 'y' } })]);
    for (let hash = 0; hash < 4_294_967_296; hash += 268_435_456) {
      expect(other.pick(context({ hash }))?.port).toBe(made.pick(context({ hash }))!.port + 2);
    }
  });

  it('does not grow over its greatest size', () => {
    const made = balancer({ ...policy, minimumRingSize: 4, maximumRingSize: 4 });
    made.update(Array.from({ length: 100 }, (_, index) => endpoint(index + 1)));
    const ports = new Set<number | undefined>();
    for (let hash = 0; hash < 4_294_967_296; hash += 1_048_576) ports.add(made.pick(context({ hash }))?.port);
    expect(ports.size).toBeLessThanOrEqual(4);
  });

  it('has points of so many endpoints as its numbers can tell apart', () => {
    const endpoints = Array.from({ length: 5 }, (_, index) => endpoint(index + 1));
    const ring = (ownersMax?: number) =>
      buildRing({ ...policy, minimumRingSize: 100 }, endpoints, new Float64Array(5).fill(1), ownersMax);
    const whole = ring();
    const cut = ring(4);
    expect(new Set(cut.owners)).toEqual(new Set([0, 1, 2, 3]));
    const kept = [...whole.points].filter((_, at) => whole.owners[at] !== 4);
    expect([...cut.points]).toEqual(kept);
  });
});
