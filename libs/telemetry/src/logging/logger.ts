/** JSON logs on pino: one line an event, secrets blanked, level changeable while running. */

import { createLineSink } from '@weft/kernel';
import { type DestinationStream, type Logger as PinoLogger, pino, stdTimeFunctions } from 'pino';

/** pino's logger: `log.info({ cluster }, 'sentence')`; `log.level = 'debug'` changes the level at run time. */
export type Logger = PinoLogger;

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

export const logLevels: readonly LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

export interface LoggerOptions {
  /** Of the process: field `name` of every line. */
  readonly name: string;
  readonly level: LogLevel;
  /** Where lines go; standard output where absent. */
  readonly destination?: DestinationStream;
  /** Fields added to every line, read anew for each (the trace id). */
  readonly fields?: () => Record<string, unknown>;
}

const secretKeys = [
  'authorization',
  'cookie',
  '["set-cookie"]',
  'password',
  'token',
  'accessToken',
  'joinToken',
  'paymentToken',
  'operatorToken',
  'privateKey',
  'privateKeyPem',
  'secret',
  'databaseUrl',
];

/** Values under these names are written as "[secret]" at the top of a line and one or two levels below it. */
const redactedPaths = secretKeys.flatMap((key) => {
  const below = key.startsWith('[') ? key : `.${key}`;
  return [key, `*${below}`, `*.*${below}`];
});

export function createLogger(options: LoggerOptions): Logger {
  const { fields } = options;
  return pino(
    {
      name: options.name,
      level: options.level,
      base: { pid: process.pid },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: redactedPaths, censor: '[secret]' },
      ...(fields === undefined ? {} : { mixin: fields }),
    },
    options.destination ?? createLineSink(),
  );
}

/** True for a name of `LogLevel`: what `/logging?level=` and `--log-level` take. */
export function isLogLevel(text: string): text is LogLevel {
  return (logLevels as readonly string[]).includes(text);
}
