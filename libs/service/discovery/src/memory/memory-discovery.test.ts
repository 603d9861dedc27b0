import { describe } from 'vitest';
import { discoveryContract } from '../testing/discovery.contract.ts';
import { createMemoryDiscovery } from './memory-discovery.ts';

describe('discovery in memory', () => {
  discoveryContract(createMemoryDiscovery);
});
