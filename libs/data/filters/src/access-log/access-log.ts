/** The access log: a line of each log that a listener has, for each exchange that the log wants. */

import type { AccessLogTable, HttpFilter, HttpHandlerTable } from '@weft/data-runtime';
import type { AccessLogs } from './access-logs.ts';

/** @returns nothing for a listener without a log. */
export function createAccessLog(
  deps: { readonly logs: AccessLogs },
  table: Pick<HttpHandlerTable, 'accessLogs'>,
): HttpFilter | undefined {
  const logs = table.accessLogs.map((log) => ({ log, buffer: deps.logs.bufferOf(log.path) }));
  const { written } = deps.logs;
  const [only] = logs;
  if (only === undefined) return undefined;
  if (logs.length > 1) {
    return {
      name: 'access-log',
      onComplete(exchange) {
        for (const { log, buffer } of logs) {
          if (!log.wants(exchange)) continue;
          written.add(1);
          buffer.add(log.line(exchange));
        }
      },
    };
  }
  const log: AccessLogTable = only.log;
  const { buffer } = only;
  return {
    name: 'access-log',
    onComplete(exchange) {
      if (!log.wants(exchange)) return;
      written.add(1);
      buffer.add(log.line(exchange));
    },
  };
}
