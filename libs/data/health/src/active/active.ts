/** Active checks: endpoints are asked again and again whether they are well; all checks of a cluster must say so. */

import type { CheckedEndpoint, Cluster, Endpoint, HealthProbe, HealthSubject } from '@weft/data-runtime';
import { Counters, type Keeper, type KeeperDeps } from '../keeper.ts';
import type { CheckResult } from './check-result.ts';
import type { ProbeSender } from './probe-sender.ts';
import { probeCluster, probeEndpoint } from './probe-target.ts';
import { runCheck } from './run-check.ts';
import { Session } from './session.ts';

/** Probes that wait for an answer at a time, in all clusters. */
export const probesInFlightMax = 512;

/** Shared by all clusters. */
export interface ProbeRoom {
  inFlight: number;
}

export interface ActiveOptions {
  readonly subject: HealthSubject;
  readonly sender: ProbeSender;
  readonly room: ProbeRoom;
  /** An endpoint is well: outlier detection may take it back. */
  onPass(endpoint: Endpoint): void;
}

/** Of an answer to any request: the endpoint wants no more of them (Envoy's immediate health check failure). */
const failHeader = 'x-envoy-immediate-health-check-fail';
const names = ['attempt', 'success', 'failure', 'passive_failure', 'network_failure'];

export function createActive(options: ActiveOptions, deps: KeeperDeps): Keeper {
  const { subject } = options;
  const counters = new Counters(names.map((name) => `health_check.${name}`));
  const clusters = subject.probes.map((probe) => probeCluster(subject.cluster, probe));
  let sessions = new Map<Endpoint, readonly Session[]>();

  const settle = (endpoint: CheckedEndpoint, result: CheckResult): void => {
    const all = sessions.get(endpoint) ?? [];
    deps.change(
      endpoint,
      'degraded',
      all.some(({ degraded }) => degraded),
    );
    const healthy = all.every((session) => session.healthy);
    deps.change(endpoint, 'checked', healthy);
    if (healthy && result.kind === 'pass') options.onPass(endpoint);
  };

  const count = ({ kind }: CheckResult): void => {
    counters.add(kind === 'pass' ? 'health_check.success' : 'health_check.failure');
    if (kind === 'network') counters.add('health_check.network_failure');
  };

  const begin = (endpoint: CheckedEndpoint, probe: HealthProbe, cluster: Cluster): Session =>
    new Session({
      probe,
      clock: deps.clock,
      random: deps.random,
      hasTraffic: subject.hasTraffic,
      onResult: (_session, result) => {
        count(result);
        settle(endpoint, result);
      },
      run: probing(options, endpoint, probe, cluster, deps, () => counters.add('health_check.attempt')),
    });

  return {
    counters,
    observe(endpoint, { fields }) {
      if (!saysFail(fields)) return;
      const running = sessions.get(endpoint);
      if (running === undefined) return;
      counters.add('health_check.passive_failure');
      for (const session of running) session.failAtOnce(`an answer had ${failHeader}`);
      deps.change(endpoint, 'checked', false);
    },
    update(endpoints) {
      const before = sessions;
      sessions = new Map();
      for (const endpoint of endpoints) {
        if (endpoint.check.disabled) continue;
        const running = before.get(endpoint);
        before.delete(endpoint);
        sessions.set(
          endpoint,
          running ?? subject.probes.map((probe, index) => begin(endpoint, probe, clusters[index]!)),
        );
      }
      for (const gone of before.values()) for (const session of gone) session.stop();
    },
    stop() {
      for (const running of sessions.values()) for (const session of running) session.stop();
      sessions.clear();
    },
    reasonOf(endpoint) {
      const failing = sessions.get(endpoint)?.find((session) => !session.healthy);
      return failing === undefined ? undefined : `failed its health check: ${failing.reason}`;
    },
  };
}

/** What sends one probe after the other, each within the room that all have. */
function probing(
  { subject, sender, room }: ActiveOptions,
  endpoint: CheckedEndpoint,
  probe: HealthProbe,
  cluster: Cluster,
  { clock }: KeeperDeps,
  onAttempt: () => void,
): ConstructorParameters<typeof Session>[0]['run'] {
  let target: Endpoint | undefined;
  return (done) => {
    if (room.inFlight >= probesInFlightMax) return undefined;
    room.inFlight += 1;
    onAttempt();
    target = probeEndpoint(endpoint, probe, subject.tlsFor, target);
    const checked = { endpoint, cluster: subject.cluster, probeCluster: cluster, probeEndpoint: target };
    let held = true;
    const release = (): void => {
      if (held) room.inFlight -= 1;
      held = false;
    };
    const cancel = runCheck(probe, checked, sender, clock, (result) => {
      release();
      done(result);
    });
    return () => {
      release();
      cancel();
    };
  };
}

function saysFail(fields: readonly string[]): boolean {
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string;
    if (name.length === failHeader.length && name === failHeader) return true;
  }
  return false;
}
