import { describe, expect, it } from 'vitest';
import { instancesMax } from '../discovery.ts';
import { discoveryContract } from '../testing/discovery.contract.ts';
import { createMemoryDiscovery } from './memory-discovery.ts';

describe('discovery in memory', () => {
  discoveryContract(createMemoryDiscovery);

  it('gives the first instances where there are more than its bound', async () => {
    const discovery = createMemoryDiscovery();
    const ids = Array.from({ length: instancesMax + 1 }, (_, index) => `i-${String(index).padStart(3, '0')}`);
    for (const id of ids.toReversed()) {
      await discovery.register({ id, service: 'payment', version: 'v1', host: '127.0.0.1', ports: { grpc: 1 } });
    }
    const found = await discovery.discover('payment');
    expect(found.map(({ id }) => id)).toEqual(ids.slice(0, instancesMax));
  });
});
