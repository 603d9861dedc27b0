/** A small server of the public rate-limit protocol. */
export type { ParsedRules, Violation } from './config/parse-rules.ts';
export { parseRules } from './config/parse-rules.ts';
export type { Limit, RuleNode, Rules } from './config/rules.ts';
export type { RulesSource, RulesSourceOptions } from './config/rules-source.ts';
export { openRules } from './config/rules-source.ts';
export type { Counters, Hit } from './counters/counters.ts';
export type { FallbackOptions, OnFailure } from './counters/fallback-counters.ts';
export { createFallbackCounters } from './counters/fallback-counters.ts';
export { createMemoryCounters, memoryKeysMax } from './counters/memory-counters.ts';
export type { RedisCountersOptions } from './counters/redis-counters.ts';
export { createRedisCounters } from './counters/redis-counters.ts';
export type { Limiter } from './limiter.ts';
export { createLimiter } from './limiter.ts';
export type { RateLimitServer } from './server.ts';
export { createRateLimitServer } from './server.ts';
