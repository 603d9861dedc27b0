/** Refused connections in the log, bounded: a caller that knocks without end must not fill a disk. */

import type { Clock, ErrorCode } from '@weft/kernel';
import type { Logger } from '@weft/telemetry';
import { listenerLimits } from './limits.ts';

export interface RefusalLog {
  note(listener: string, code: ErrorCode, reason: string): void;
}

/** Past `refusalsLoggedMax` lines a window the rest is only counted; the next window's first line says how many. */
export function createRefusalLog(clock: Clock, logger: Pick<Logger, 'warn'>): RefusalLog {
  let windowStartMs = Number.NEGATIVE_INFINITY;
  let logged = 0;
  let unlogged = 0;
  return {
    note(listener, code, reason) {
      const nowMs = clock.monotonic();
      if (nowMs - windowStartMs >= listenerLimits.refusalWindowMs) {
        windowStartMs = nowMs;
        logged = 0;
      }
      if (logged >= listenerLimits.refusalsLoggedMax) {
        unlogged += 1;
        return;
      }
      logged += 1;
      logger.warn({ listener, code, ...(unlogged > 0 ? { unlogged } : {}) }, `refused: ${reason}`);
      unlogged = 0;
    },
  };
}
