/** Taps of the parent: each is one in every worker, their lines one stream. */

import { type Tap, TapQueue, type TapSink, tapLimits } from '@weft/data-filters';
import type { Counter } from '@weft/telemetry';
import type { ToWorker } from './channel.ts';

export interface WorkerTaps {
  /** Open ones. */
  count(): number;
  /** See `AskWorkers.tap`. */
  open(query: string, sink: TapSink): Tap | undefined;
  /** What a worker that begins must know of them. */
  introduction(): Iterable<ToWorker>;
  /** A worker has seen something. */
  tapped(id: number, text: string): void;
}

/** @param tell to all workers. @param lost counts lines that a reader was too slow for. */
export function createWorkerTaps(tell: (message: ToWorker) => void, lost: Counter): WorkerTaps {
  const open = new Map<number, { readonly query: string; readonly queue: TapQueue }>();
  let nextId = 1;
  return {
    count: () => open.size,
    open(query, sink) {
      if (open.size >= tapLimits.tapsMax) return undefined;
      const id = nextId;
      nextId += 1;
      const queue = new TapQueue(sink, tapLimits.waitingLinesMax);
      open.set(id, { query, queue });
      tell({ weft: 'tap', id, query });
      return {
        drained: () => queue.drained(),
        stop() {
          if (open.delete(id)) tell({ weft: 'untap', id });
        },
      };
    },
    *introduction() {
      for (const [id, { query }] of open) yield { weft: 'tap', id, query };
    },
    tapped(id, text) {
      const queue = open.get(id)?.queue;
      // Several lines where the worker had to wait: the bound is one of lines.
      for (const line of queue === undefined ? [] : text.split(/(?<=\n)/)) if (queue?.add(line) === false) lost.add(1);
    },
  };
}
