/** Load balancers, one folder each. */
export { createBalancer } from './create-balancer.ts';
