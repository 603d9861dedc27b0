/** Whether an attempt that nobody acted on may be made again without counting as a retry. */

import type { HttpExchange } from '../exchange.ts';
import { httpLimits } from '../limits.ts';

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);

/** @param resends made so far. @param multiplexed the attempt was a stream of HTTP/2. */
export function mayResend(exchange: HttpExchange, resends: number, multiplexed: boolean): boolean {
  const { request, outgoing } = exchange;
  if (resends >= httpLimits.resendsMax || !outgoing.repeatable) return false;
  // HTTP/2 says which streams were not looked at. That an HTTP/1 connection was closed says so only of what does no harm twice.
  if (multiplexed) return true;
  if (outgoing.keptBytes > 0 || !outgoing.ended) return false;
  return safeMethods.has(request.method) || request.header('idempotency-key') !== undefined;
}
