/** Random meets the contract; there is nothing more to it. */

import { balancerContract } from '../testing/balancer.contract.ts';
import { createRandomBalancer } from './random.ts';

balancerContract('random', createRandomBalancer);
