/** The traffic table and what runs it. */
export { trafficCases } from './cases/index.ts';
export type { CaseCluster, CaseRequest, EndpointName, Expected, OutcomeField, TrafficCase } from './traffic-case.ts';
