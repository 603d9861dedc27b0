/** Counts in Redis, shared by all servers. */

import { Redis } from 'ioredis';
import type { Counters } from './counters.ts';

export interface RedisCountersOptions {
  /** "host:port" or a redis:// address; may hold a password and is never logged. */
  readonly address: string;
  readonly commandTimeoutMs?: number;
  /** Each time that it is connected. */
  readonly onReady?: () => void;
}

const connectTimeoutMs = 1_000;
const commandTimeoutDefaultMs = 100;
const retryMaxMs = 2_000;
const prefix = 'weft-rl:';
/** Longer than its window, so that servers with clocks apart count together. */
const graceMs = 1_000;

/** Connects by itself, again and again; until then `add` throws. */
export function createRedisCounters({
  address,
  commandTimeoutMs = commandTimeoutDefaultMs,
  onReady = () => {},
}: RedisCountersOptions): Counters {
  const redis = new Redis(address.includes('://') ? address : `redis://${address}`, {
    connectTimeout: connectTimeoutMs,
    commandTimeout: commandTimeoutMs,
    // A request never waits for a connection: the fallback answers.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(attempt * 100, retryMaxMs),
  });
  // Told by the calls that fail.
  redis.on('error', () => {});
  redis.on('ready', onReady);
  return {
    async add(hits) {
      const pipeline = redis.pipeline();
      for (const { key, addend, expiresAtMs } of hits) {
        pipeline.incrby(prefix + key, addend);
        pipeline.pexpireat(prefix + key, expiresAtMs + graceMs);
      }
      const answers = (await pipeline.exec()) ?? [];
      return hits.map((_, index) => {
        const [error, count] = answers[index * 2] ?? [new Error('no answer'), 0];
        if (error !== null) throw error;
        return Number(count);
      });
    },
    async close() {
      redis.disconnect();
    },
  };
}
