/** Breaker, retry with budget, deadline, bulkhead: policies around calls. */
export type { Breaker, BreakerOptions, BreakerState } from './breaker.ts';
export { createBreaker } from './breaker.ts';
export type { RetryBudget, RetryBudgetOptions } from './budget.ts';
export { createRetryBudget } from './budget.ts';
export type { BulkheadOptions } from './bulkhead.ts';
export { bulkhead } from './bulkhead.ts';
export type { DeadlineOptions } from './deadline.ts';
export { deadline } from './deadline.ts';
export type { Call, CallContext, Policy } from './policy.ts';
export { composePolicies, runUnder } from './policy.ts';
export type { ResilienceCode } from './resilience-error.ts';
export { ResilienceError } from './resilience-error.ts';
export type { BackoffOptions, RetryOptions } from './retry.ts';
export { jitteredPauseMs, retry } from './retry.ts';
