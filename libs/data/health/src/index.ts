/** Which endpoints are fit: active checks, outlier detection, failure accrual. */

export { probesInFlightMax } from './active/active.ts';
export type { CheckResult } from './active/check-result.ts';
export type { ProbeAnswer, ProbeRequest, ProbeSender } from './active/probe-sender.ts';
export { probeCluster } from './active/probe-target.ts';
export type { CheckTarget } from './active/run-check.ts';
export { runCheck } from './active/run-check.ts';
export type { SessionOptions } from './active/session.ts';
export { Session } from './active/session.ts';
export type { HealthOptions } from './create-cluster-health.ts';
export { createHealth } from './create-cluster-health.ts';
