/** Random meets the contract; there is nothing more to it. */

import { balancerContract } from '../testing/balancer.contract.ts';

balancerContract('random', { kind: 'random' });
