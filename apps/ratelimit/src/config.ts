/** What the rate-limit service is told by its flags and its environment. */

import { parseArgs } from 'node:util';
import type { OnFailure } from '@weft/service-rate-limiter';

export interface RateLimitConfig {
  /** A YAML file, or a folder of them. */
  readonly path: string;
  readonly host: string;
  readonly port: number;
  /** "host:port" or redis://…; nothing: counts stay in this process. Never logged. */
  readonly redis: string | undefined;
  readonly onRedisFailure: OnFailure;
}

export const usage = `usage: weft-ratelimit --config FILE|FOLDER [--listen HOST:PORT] [--redis HOST:PORT]
                     [--on-redis-failure allow|deny|memory]
environment: RATE_LIMIT_CONFIG, RATE_LIMIT_LISTEN, REDIS_URL`;

/** @param args without the program's name. @returns a text: what is wrong. */
export function readConfig(args: readonly string[], env: NodeJS.ProcessEnv): RateLimitConfig | string {
  let flags: { config?: string; listen?: string; redis?: string; 'on-redis-failure'?: string };
  try {
    const text = { type: 'string' } as const;
    const options = { config: text, listen: text, redis: text, 'on-redis-failure': text };
    flags = parseArgs({ args: [...args], options, allowPositionals: false }).values;
  } catch (error) {
    return (error as Error).message;
  }
  const path = flags.config ?? env['RATE_LIMIT_CONFIG'] ?? '';
  if (path === '') return '--config is missing';
  const listen = flags.listen ?? env['RATE_LIMIT_LISTEN'] ?? '0.0.0.0:8081';
  const colon = listen.lastIndexOf(':');
  const port = Number(listen.slice(colon + 1));
  if (colon <= 0 || !/^[0-9]{1,5}$/.test(listen.slice(colon + 1)) || port > 65_535) return '--listen is not HOST:PORT';
  const onRedisFailure = flags['on-redis-failure'] ?? 'memory';
  if (onRedisFailure !== 'allow' && onRedisFailure !== 'deny' && onRedisFailure !== 'memory') {
    return '--on-redis-failure is not allow, deny or memory';
  }
  const redis = flags.redis ?? env['REDIS_URL'];
  return { path, host: listen.slice(0, colon), port, redis: redis === '' ? undefined : redis, onRedisFailure };
}

export const config = readConfig(process.argv.slice(2), process.env);
