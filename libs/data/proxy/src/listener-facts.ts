/** What the listeners in force say of the proxy itself and of its policies: all of them say the same; read once for each configuration. */

import { type Runtime, unknownWorkload, type WorkloadLabels } from '@weft/data-runtime';
import type { Provenance } from '@weft/kernel';
import { xdsTypes } from '@weft/xds-protocol';

export interface ListenerFacts {
  self(): WorkloadLabels;
  /** Where a policy was written, by its name: listeners that take connections from others say it. */
  policyFrom(name: string): Provenance | undefined;
  /** The listeners are those of this runtime; once. */
  follow(runtime: Pick<Runtime, 'tables' | 'onChange'>): void;
}

export function createListenerFacts(): ListenerFacts {
  let own = unknownWorkload;
  let policies: ReadonlyMap<string, Provenance> = new Map();
  return {
    self: () => own,
    policyFrom: (name) => policies.get(name),
    follow({ tables, onChange }) {
      onChange(({ typeUrl }) => {
        if (typeUrl !== xdsTypes.LDS) return;
        const listeners = [...tables.listeners.values()];
        own = listeners[0]?.workload ?? unknownWorkload;
        policies = new Map(listeners.flatMap((listener) => [...listener.policies]));
      });
    },
  };
}
