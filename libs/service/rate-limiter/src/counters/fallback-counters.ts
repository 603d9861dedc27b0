/** What happens while the shared counts do not answer. */

import type { Counters, Hit } from './counters.ts';

/** 'allow': nothing is over its limit; 'deny': everything is; 'memory': this process counts alone. */
export type OnFailure = 'allow' | 'deny' | 'memory';

export interface FallbackOptions {
  readonly shared: Counters;
  readonly memory: Counters;
  readonly onFailure: OnFailure;
  /** Once when it begins to fail, once when it works again. @param error nothing: it works again. */
  readonly onChange: (error: Error | undefined) => void;
}

export function createFallbackCounters({ shared, memory, onFailure, onChange }: FallbackOptions): Counters {
  let failing = false;
  const instead = async (hits: readonly Hit[]): Promise<readonly number[]> => {
    if (onFailure === 'memory') return memory.add(hits);
    return hits.map(() => (onFailure === 'allow' ? 0 : Number.POSITIVE_INFINITY));
  };
  return {
    async add(hits) {
      let counts: readonly number[];
      try {
        counts = await shared.add(hits);
      } catch (error) {
        if (!failing) onChange(error as Error);
        failing = true;
        return instead(hits);
      }
      if (failing) onChange(undefined);
      failing = false;
      return counts;
    },
    async close() {
      await shared.close();
      await memory.close();
    },
  };
}
