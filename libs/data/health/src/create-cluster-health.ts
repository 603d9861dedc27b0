/** The table of contents: which keepers a cluster has. */

import type { ClusterHealth, CreateClusterHealth } from '@weft/data-runtime';
import { type Clock, describeProvenance, type Random } from '@weft/kernel';
import { createActive, type ProbeRoom } from './active/active.ts';
import type { ProbeSender } from './active/probe-sender.ts';
import { createFailureAccrual } from './failure-accrual/failure-accrual.ts';
import type { Keeper } from './keeper.ts';
import { createOutlier } from './outlier/outlier.ts';

export interface HealthOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly sender: ProbeSender;
}

/** Pass what it returns to `createRuntime` as `createHealth`. */
export function createHealth(options: HealthOptions): CreateClusterHealth {
  const room: ProbeRoom = { inFlight: 0 };
  return (subject): ClusterHealth => {
    const deps = { clock: options.clock, random: options.random, change: subject.change };
    const outlier = subject.outlier === undefined ? undefined : createOutlier(subject.outlier, deps);
    const accrual =
      subject.failureAccrual === undefined ? undefined : createFailureAccrual(subject.failureAccrual, deps);
    const onPass: Parameters<typeof createActive>[0]['onPass'] = (endpoint) => outlier?.checkPassed(endpoint);
    const active =
      subject.probes.length === 0 ? undefined : createActive({ subject, sender: options.sender, room, onPass }, deps);
    const keepers = [outlier, accrual, active].filter((keeper): keeper is Keeper => keeper !== undefined);
    return {
      observe: both(both(outlier?.observe, accrual?.observe), active?.observe),
      picked: accrual?.picked,
      update(endpoints) {
        for (const keeper of keepers) keeper.update(endpoints);
      },
      stop() {
        for (const keeper of keepers) keeper.stop();
      },
      reasonOf(endpoint) {
        for (const keeper of keepers) {
          const reason = keeper.reasonOf(endpoint);
          if (reason !== undefined) return `${reason}; ${describeProvenance(subject.from)}`;
        }
        return undefined;
      },
      ...(outlier !== undefined && {
        successRates: (endpoint) => outlier.successRates(endpoint),
        outlierBounds: () => outlier.bounds,
      }),
      counters: () => new Map(keepers.flatMap((keeper) => [...keeper.counters])),
    };
  };
}

function both(one: ClusterHealth['observe'], other: ClusterHealth['observe']): ClusterHealth['observe'] {
  if (one === undefined || other === undefined) return one ?? other;
  return (endpoint, outcome) => {
    one(endpoint, outcome);
    other(endpoint, outcome);
  };
}
