/** Keeps the listening sockets at what the tables say. */

import type { Server } from 'node:net';
import type { ListenerTable } from '@weft/data-runtime';
import { ActiveListener } from './active-listener.ts';
import { hostPort, splitHostPort } from './connection-info.ts';
import type { ListenerManagerOptions, ListenerState } from './listener-manager-options.ts';

export interface ListenerManager {
  /**
   * Opens, updates and closes. An address that stays keeps its socket and its connections; of two listeners with one
   * address the first by name has it and the other is reported as failed.
   */
  sync(listeners: ReadonlyMap<string, ListenerTable>): void;
  /** Resolves when every listener has listened or failed at least once. */
  settled(): Promise<void>;
  states(): readonly ListenerState[];
  /** The listening socket of an address as it was asked for: for the process that takes it over. */
  socketAt(address: string): Server | undefined;
  /** Takes no more connections; open ones live on. `sync` does nothing from here on. */
  drain(): void;
  /** Drains and closes every connection. */
  close(): void;
}

export function createListenerManager(parts: Omit<ListenerManagerOptions, 'listenerOf'>): ListenerManager {
  const byAddress = new Map<string, ActiveListener>();
  const leaving = new Set<ActiveListener>();
  let conflicts: readonly ListenerState[] = [];
  let draining = false;
  const options: ListenerManagerOptions = {
    ...parts,
    // Envoy's order: the address itself, then all addresses with the port.
    listenerOf(address) {
      const anywhere = hostPort(address.startsWith('[') ? '::' : '0.0.0.0', splitHostPort(address).port);
      return (byAddress.get(address) ?? byAddress.get(anywhere))?.servers;
    },
  };

  const sweepLeaving = (): void => {
    for (const listener of leaving) if (listener.state().connections === 0) leaving.delete(listener);
  };

  return {
    sync(listeners) {
      if (draining) return;
      const { desired, refused } = byWantedAddress(listeners);
      for (const conflict of refused) {
        const known = conflicts.some((earlier) => earlier.name === conflict.name);
        if (!known) options.logger.error({ listener: conflict.name }, conflict.error ?? '');
      }
      conflicts = refused;
      // Closing first: a listener that moves to another bind of the same port needs it free.
      for (const [address, listener] of byAddress) {
        if (desired.has(address)) continue;
        listener.leave();
        byAddress.delete(address);
        leaving.add(listener);
      }
      for (const [address, table] of desired) {
        const active = byAddress.get(address);
        if (active === undefined) byAddress.set(address, new ActiveListener(table, options));
        else active.update(table);
      }
      sweepLeaving();
    },
    async settled() {
      await Promise.all([...byAddress.values()].map((listener) => listener.settled()));
    },
    states: () => [...[...byAddress.values()].map((listener) => listener.state()), ...conflicts],
    socketAt: (address) => byAddress.get(address)?.socket(),
    drain() {
      draining = true;
      for (const listener of byAddress.values()) listener.stopListening();
    },
    close() {
      draining = true;
      for (const listener of byAddress.values()) listener.destroy();
      for (const listener of leaving) listener.destroy();
      leaving.clear();
    },
  };
}

function byWantedAddress(listeners: ReadonlyMap<string, ListenerTable>): {
  readonly desired: ReadonlyMap<string, ListenerTable>;
  readonly refused: readonly ListenerState[];
} {
  const desired = new Map<string, ListenerTable>();
  const refused: ListenerState[] = [];
  for (const name of [...listeners.keys()].sort()) {
    const table = listeners.get(name);
    if (table === undefined) continue;
    const address = hostPort(table.bind, table.port);
    const holder = table.port === 0 ? undefined : desired.get(address);
    if (holder === undefined) {
      desired.set(table.port === 0 ? `${address} ${name}` : address, table);
      continue;
    }
    const error = `${address} is claimed by listener ${holder.name} too: give one of the two another port`;
    refused.push({ name, address, state: 'failed', error, connections: 0, from: table.from });
  }
  return { desired, refused };
}
