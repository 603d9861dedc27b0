/** What all exchanges of one listener share. */

import type { HttpHandlerTable } from '@weft/data-runtime';
import type { FlushQueue, UpstreamPools } from '@weft/data-upstream';
import type { Clock, Random } from '@weft/kernel';
import type { HttpPath } from './path.ts';

export interface HttpContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly pools: UpstreamPools;
  /** Gathers writes of one turn of the event loop. */
  readonly flushes: FlushQueue;
  readonly table: HttpHandlerTable;
  readonly path: HttpPath;
  /** Answers of this proxy say why, in `x-weft-reason`. */
  readonly reasonHeader: boolean;
}
