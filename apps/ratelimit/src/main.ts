/** The rate-limit service. */

import { createLineSink, stopOnSignal, systemClock } from '@weft/kernel';
import {
  createFallbackCounters,
  createLimiter,
  createMemoryCounters,
  createRateLimitServer,
  createRedisCounters,
  openRules,
  type Violation,
} from '@weft/service-rate-limiter';
import { config, usage } from './config.ts';

const drainMs = 10_000;
const sink = createLineSink();

function log(level: 'info' | 'warn' | 'error', message: string, more: Readonly<Record<string, unknown>> = {}): void {
  const time = new Date(systemClock.now()).toISOString();
  sink.write(`${JSON.stringify({ time, level, service: 'ratelimit', message, ...more })}\n`);
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}

const told = (violations: readonly Violation[]): string =>
  violations.map(({ file, line, message }) => `${file}:${line}: ${message}`).join('\n');

if (typeof config === 'string') fail(`${config}\n${usage}`);

const { redis, onRedisFailure, host } = config;
const rules = openRules({
  path: config.path,
  clock: systemClock,
  onLoaded: (loaded) => log('info', 'limits loaded', { domains: [...loaded.keys()] }),
  onViolations: (violations) => {
    log('error', 'limits refused: the last good ones stay in force', { violations: told(violations).split('\n') });
  },
});
if (!('current' in rules)) fail(told(rules));

const memory = createMemoryCounters(systemClock);
const counters =
  redis === undefined
    ? memory
    : createFallbackCounters({
        shared: createRedisCounters({ address: redis, onReady: () => log('info', 'redis is connected') }),
        memory,
        onFailure: onRedisFailure,
        onChange: (error) => {
          if (error === undefined) log('info', 'redis answers again');
          else log('warn', 'redis does not answer', { instead: onRedisFailure, cause: error.message });
        },
      });
const limiter = createLimiter(() => rules.current, counters, systemClock);
const server = createRateLimitServer(limiter, systemClock, (error) => {
  log('error', 'a call failed', { cause: error instanceof Error ? error.message : String(error) });
});
const port = await server.listen(host, config.port);
log('info', 'listening', { host: host, port, counters: redis === undefined ? 'memory' : 'redis' });

stopOnSignal(async () => {
  await server.stop(drainMs);
  rules.stop();
  await counters.close();
  log('info', 'stopped');
});
