/** Probes one endpoint again and again and tells when it turns healthy or unhealthy. */

import type { HealthProbe } from '@weft/data-runtime';
import type { Cancel, Clock } from '@weft/kernel';
import type { ProbeTarget, RunProbe } from './probe.ts';

export interface Verdict {
  readonly healthy: boolean;
  /** Why not; empty where healthy. */
  readonly reason: string;
}

/**
 * The first result decides at once (Envoy: a host leaves its unknown state with one answer); after that the thresholds do.
 * @param onVerdict called for the first verdict and for each change.
 */
export function startProber(
  probe: HealthProbe,
  target: ProbeTarget,
  deps: { readonly clock: Clock; readonly run: RunProbe },
  onVerdict: (verdict: Verdict) => void,
): Cancel {
  const { clock, run } = deps;
  let healthy: boolean | undefined;
  let inARow = 0;
  let stopped = false;
  let cancel: Cancel;

  const judge = (problem: string | undefined): void => {
    const good = problem === undefined;
    if (good === healthy) {
      inARow = 0;
      return;
    }
    inARow += 1;
    const threshold = good ? probe.healthyThreshold : probe.unhealthyThreshold;
    if (healthy !== undefined && inARow < threshold) return;
    healthy = good;
    inARow = 0;
    onVerdict({ healthy: good, reason: problem ?? '' });
  };

  const once = (): void => {
    const startedMs = clock.monotonic();
    cancel = run(probe, target, clock, (problem) => {
      if (stopped) return;
      judge(problem);
      if (stopped) return;
      const spent = clock.monotonic() - startedMs;
      cancel = clock.after(Math.max(0, probe.intervalMs - spent), once);
    });
  };

  cancel = clock.after(probe.initialDelayMs, once);
  return () => {
    stopped = true;
    cancel();
  };
}
