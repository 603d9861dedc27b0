/** The health of the workload behind this proxy: all probes of its inbound clusters as one verdict. */

import type { HealthProbe, Tables } from '@weft/data-runtime';
import type { Cancel, Clock } from '@weft/kernel';
import { runProbe as defaultRun, type ProbeTarget, type RunProbe } from './probe.ts';
import { startProber, type Verdict } from './prober.ts';

/** Probes that run at a time; what is past it is not probed. */
export const probersMax = 64;

export interface WorkloadHealthOptions {
  readonly clock: Clock;
  readonly tables: Pick<Tables, 'clusters' | 'probesOf'>;
  /** Called with the first verdict and with each change of it. */
  report(healthy: boolean, message: string): void;
  readonly run?: RunProbe;
}

export interface WorkloadHealth {
  /** Clusters have changed: starts and stops probers; those that are the same as before go on. */
  refresh(): void;
  stop(): void;
  /** Nothing: no probe, or no result yet. */
  verdict(): Verdict | undefined;
}

interface Running {
  readonly cancel: Cancel;
  verdict: Verdict | undefined;
}

export function createWorkloadHealth(options: WorkloadHealthOptions): WorkloadHealth {
  const deps = { clock: options.clock, run: options.run ?? defaultRun };
  const running = new Map<string, Running>();
  let last: Verdict | undefined;

  const overall = (): Verdict | undefined => {
    let all: Verdict | undefined = running.size === 0 ? undefined : { healthy: true, reason: '' };
    for (const { verdict } of running.values()) {
      if (verdict?.healthy === false) return verdict;
      if (verdict === undefined) all = undefined;
    }
    return all;
  };

  const tell = (): void => {
    const now = overall();
    if (now === undefined || (now.healthy === last?.healthy && now.reason === last.reason)) return;
    last = now;
    options.report(now.healthy, now.reason);
  };

  const start = (key: string, probe: HealthProbe, target: ProbeTarget): void => {
    const entry: Running = {
      verdict: undefined,
      cancel: startProber(probe, target, deps, (verdict) => {
        const what = `${target.address}:${target.port}`;
        entry.verdict = { healthy: verdict.healthy, reason: verdict.healthy ? '' : `${what}: ${verdict.reason}` };
        tell();
      }),
    };
    running.set(key, entry);
  };

  return {
    verdict: overall,
    refresh() {
      const wanted = wantedProbes(options.tables);
      for (const [key, { cancel }] of running) {
        if (wanted.has(key)) continue;
        cancel();
        running.delete(key);
      }
      for (const [key, { probe, target }] of wanted) {
        if (!running.has(key) && running.size < probersMax) start(key, probe, target);
      }
      tell();
    },
    stop() {
      for (const { cancel } of running.values()) cancel();
      running.clear();
    },
  };
}

function wantedProbes(
  tables: WorkloadHealthOptions['tables'],
): Map<string, { readonly probe: HealthProbe; readonly target: ProbeTarget }> {
  const wanted = new Map<string, { probe: HealthProbe; target: ProbeTarget }>();
  for (const [name, cluster] of tables.clusters) {
    if (!name.startsWith('inbound|')) continue;
    for (const probe of tables.probesOf(name)) {
      for (const { address, port } of cluster.endpoints) {
        wanted.set(JSON.stringify([address, port, probe]), { probe, target: { address, port } });
      }
    }
  }
  return wanted;
}
