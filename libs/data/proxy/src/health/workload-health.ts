/** The health of the workload behind this proxy: all probes of its inbound clusters as one verdict. */

import { type CheckResult, type ProbeSender, probeCluster, runCheck, Session } from '@weft/data-health';
import type { CheckedEndpoint, Cluster, Endpoint, HealthProbe, Tables } from '@weft/data-runtime';
import type { Cancel, Clock } from '@weft/kernel';

/** Probes that run at a time; what is past it is not probed. */
export const probersMax = 64;

export interface Verdict {
  readonly healthy: boolean;
  /** Why not; empty where healthy. */
  readonly reason: string;
}

export interface WorkloadHealthOptions {
  readonly clock: Clock;
  readonly tables: Pick<Tables, 'clusters' | 'probesOf'>;
  /** Called with the first verdict and with each change of it. */
  report(healthy: boolean, message: string): void;
  readonly sender: ProbeSender;
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

  const start = (key: string, { probe, cluster, endpoint }: WantedProbe): void => {
    const { clock, sender } = options;
    const target = {
      endpoint: { ...endpoint, check: asItself } satisfies CheckedEndpoint,
      cluster,
      probeCluster: probeCluster(cluster, probe),
      probeEndpoint: endpoint,
    };
    const session = new Session({
      probe,
      clock,
      // The whole of initial_jitter: WorkloadGroup's initialDelaySeconds come as that.
      random: () => 1,
      hasTraffic: () => true,
      run: (done) => runCheck(probe, target, sender, clock, (result) => done(asKubelet(result))),
      onResult({ healthy, reason }) {
        const verdict = { healthy, reason: healthy ? '' : `${endpoint.address}:${endpoint.port}: ${reason}` };
        // While it is healthy its reason is one that the threshold holds back.
        if (entry.verdict?.healthy === healthy) return;
        entry.verdict = verdict;
        tell();
      },
    });
    const entry: Running = { verdict: undefined, cancel: () => session.stop() };
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
      for (const [key, probe] of wanted) {
        if (!running.has(key) && running.size < probersMax) start(key, probe);
      }
      tell();
    },
    stop() {
      for (const { cancel } of running.values()) cancel();
      running.clear();
    },
  };
}

interface WantedProbe {
  readonly probe: HealthProbe;
  readonly cluster: Cluster;
  readonly endpoint: Endpoint;
}

const asItself: CheckedEndpoint['check'] = { port: 0, address: '', hostname: '', disabled: false };
/** 200 to 399, as a kubelet judges; Istio's agent does the same. */
const kubeletStatuses = [200, 400];

function wantedProbes(tables: WorkloadHealthOptions['tables']): Map<string, WantedProbe> {
  const wanted = new Map<string, WantedProbe>();
  for (const [name, cluster] of tables.clusters) {
    if (!name.startsWith('inbound|')) continue;
    for (const given of tables.probesOf(name)) {
      const probe = withKubeletStatuses(given);
      for (const endpoint of cluster.endpoints) {
        const { address, port } = endpoint;
        wanted.set(JSON.stringify([address, port, probe]), { probe, cluster, endpoint });
      }
    }
  }
  return wanted;
}

function withKubeletStatuses(probe: HealthProbe): HealthProbe {
  const { check } = probe;
  if (check.kind !== 'http' || check.expectedStatuses.length > 0) return probe;
  return { ...probe, check: { ...check, expectedStatuses: kubeletStatuses } };
}

/** failureThreshold counts every failure, also of an app that answers that it is not well. */
function asKubelet(result: CheckResult): CheckResult {
  return result.kind === 'active' ? { kind: 'retriable', reason: result.reason } : result;
}
