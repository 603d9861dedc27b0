/** Flags and environment of the rate-limit service. */

import { expect, it } from 'vitest';
import { readConfig } from './config.ts';

it('takes flags over the environment', () => {
  const env = { RATE_LIMIT_CONFIG: '/e', REDIS_URL: 'redis://e:1' };
  expect(readConfig(['--config', '/a', '--listen', '127.0.0.1:0', '--redis', 'r:1'], env)).toEqual({
    path: '/a',
    host: '127.0.0.1',
    port: 0,
    redis: 'r:1',
    onRedisFailure: 'memory',
  });
  expect(readConfig([], env)).toMatchObject({ path: '/e', host: '0.0.0.0', port: 8081, redis: 'redis://e:1' });
});

it('says what is wrong', () => {
  expect(readConfig([], {})).toContain('--config');
  expect(readConfig(['--config', 'x', '--listen', 'y'], {})).toContain('--listen');
  expect(readConfig(['--config', 'x', '--on-redis-failure', 'y'], {})).toContain('--on-redis-failure');
  expect(readConfig(['--nope'], {})).toContain('--nope');
});
