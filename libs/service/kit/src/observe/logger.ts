/** JSON lines on standard output, the trace's id in each, secrets replaced. */

import { createLineSink } from '@weft/kernel';
import { activeTraceId } from '@weft/service-tracing';
import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger };

/** Names of fields whose values never reach a log, at the top and up to three levels down. */
export const redactedFields = [
  'authorization',
  'Authorization',
  'password',
  'passwordHash',
  'token',
  'paymentToken',
  'payment_token',
  'cookie',
  'privateJwk',
] as const;

export interface LoggerOptions {
  readonly service: string;
  readonly version: string;
  readonly level: string;
  /** Standard output where absent. */
  readonly destination?: DestinationStream;
}

export function createLogger({ service, version, level, destination }: LoggerOptions): Logger {
  const options = {
    level,
    base: { service, version },
    messageKey: 'message',
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    mixin: () => ({ traceId: activeTraceId() }),
    redact: {
      paths: redactedFields.flatMap((name) => [name, `*.${name}`, `*.*.${name}`, `*.*.*.${name}`]),
      censor: '[redacted]',
    },
    serializers: { error: pino.stdSerializers.errWithCause },
  };
  return pino(options, destination ?? createLineSink());
}
