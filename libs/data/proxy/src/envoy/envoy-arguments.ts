/** The command line of an Envoy beside its agent. */

import type { LogLevel } from '@weft/telemetry';

export interface EnvoyArgumentOptions {
  /** Path of the bootstrap. */
  readonly bootstrap: string;
  readonly logLevel: LogLevel;
  readonly concurrency?: number;
  readonly accessLogFlushMs?: number;
  /** The user's own; what is said there is not said twice, which Envoy refuses. */
  readonly more: readonly string[];
}

/** How long a connection of a configuration that is replaced may go on; the end of the process has its own bound. */
const drainTimeSeconds = 45;

const levels: Readonly<Record<LogLevel, string>> = {
  trace: 'trace',
  debug: 'debug',
  // Envoy's own `info` is a page at each start, and a line for each update.
  info: 'warning',
  warn: 'warning',
  error: 'error',
  fatal: 'critical',
  silent: 'off',
};

/** Lines of the same form as those of the other processes. */
const logFormat = '{"level":"%l","time":"%Y-%m-%dT%T.%e%z","pid":%P,"name":"envoy","component":"%n","msg":"%j"}';

export function envoyArguments(options: EnvoyArgumentOptions): readonly string[] {
  const { more } = options;
  const ours: readonly (readonly [string, ...string[]])[] = [
    ['--config-path', options.bootstrap],
    // One process of each bootstrap: several Envoys of one machine would share its memory segment.
    ['--disable-hot-restart'],
    ['--concurrency', String(options.concurrency ?? 1)],
    // As Istio's agent: what an old configuration serves is told to end at once, and may last this long.
    ['--drain-time-s', String(drainTimeSeconds)],
    ['--drain-strategy', 'immediate'],
    ['--file-flush-interval-msec', String(options.accessLogFlushMs ?? 250)],
    ['--log-level', levels[options.logLevel]],
    ['--log-format', logFormat],
  ];
  const short: Readonly<Record<string, string>> = { '--log-level': '-l', '--config-path': '-c' };
  const said = (flag: string): boolean =>
    more.some((arg) => arg === flag || arg.startsWith(`${flag}=`) || arg === short[flag]);
  return [...ours.filter(([flag]) => !said(flag)).flat(), ...more];
}
