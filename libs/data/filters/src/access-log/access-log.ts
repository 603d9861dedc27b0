/** The access log: one JSON line for each exchange. */

import type { Counter } from '@weft/telemetry';
import type { HttpFilter } from '../filter.ts';
import { accessLogLine } from './line.ts';
import type { LogBuffer } from './log-buffer.ts';

export function createAccessLog(log: LogBuffer, written: Counter): HttpFilter {
  return {
    name: 'access-log',
    onComplete(exchange) {
      if (!exchange.logged) return;
      written.add(1);
      log.add(accessLogLine(exchange));
    },
  };
}
