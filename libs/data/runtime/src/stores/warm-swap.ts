/** Make before break: new routes wait a moment for the endpoints of clusters that they bring into play. */

import type { Cancel, Clock } from '@weft/kernel';
import { warmingMs } from '../limits.ts';

export interface WarmSwapOptions {
  readonly clock: Clock;
  /** True for a cluster that is known but whose endpoints have not been told yet. */
  isWarming(cluster: string): boolean;
}

export interface WarmSwap {
  /** Runs `put` now, or once none of the clusters is warming, or after `warmingMs`; a later one of that name replaces it. */
  swap(name: string, clusters: ReadonlySet<string>, put: () => void): void;
  cancel(name: string): void;
  /** Looks again: endpoints have come, or clusters went. */
  recheck(): void;
  stop(): void;
}

interface Pending {
  readonly clusters: ReadonlySet<string>;
  readonly put: () => void;
  readonly cancelTimer: Cancel;
}

export function createWarmSwap(options: WarmSwapOptions): WarmSwap {
  const pending = new Map<string, Pending>();

  const isWarming = (clusters: ReadonlySet<string>): boolean => {
    for (const cluster of clusters) if (options.isWarming(cluster)) return true;
    return false;
  };
  const cancel = (name: string): void => {
    pending.get(name)?.cancelTimer();
    pending.delete(name);
  };

  return {
    cancel,
    swap(name, clusters, put) {
      cancel(name);
      if (!isWarming(clusters)) {
        put();
        return;
      }
      const cancelTimer = options.clock.after(warmingMs, () => {
        pending.delete(name);
        put();
      });
      pending.set(name, { clusters, put, cancelTimer });
    },
    recheck() {
      for (const [name, { clusters, put }] of pending) {
        if (isWarming(clusters)) continue;
        cancel(name);
        put();
      }
    },
    stop() {
      for (const name of [...pending.keys()]) cancel(name);
    },
  };
}
