/** Self-registered workloads: who is there, how it is, and how long it is waited for once its streams ended. */

import type { Cancel, Clock } from '@weft/kernel';
import type { ProxyDescription } from './view.ts';

export interface RegistryLimits {
  /** Self-registered workloads at one time. */
  readonly workloadsMax: number;
  /** How long a workload stays after its last stream ended. */
  readonly graceMs: number;
  /** How long a restored workload stays before its first stream: longer than clients back off, and than a restart takes. */
  readonly reconnectGraceMs: number;
}

export const defaultRegistryLimits: RegistryLimits = { workloadsMax: 10_000, graceMs: 5_000, reconnectGraceMs: 15_000 };

/** What a new control plane has to know of a workload until it is back. */
export interface KeptWorkload {
  readonly proxy: ProxyDescription;
  /** Result of its probe; nothing where none came. */
  readonly reported: boolean | undefined;
  /** Of the last unhealthy report; empty for none. */
  readonly message: string;
}

export interface TableEntry extends KeptWorkload {
  readonly streams: number;
  /** Restored, and not back yet. */
  readonly awaited: boolean;
}

export interface WorkloadTable {
  /** @returns why it is refused, if it is. */
  register(proxy: ProxyDescription): string | undefined;
  setHealth(proxyId: string, healthy: boolean, message: string): void;
  disconnect(proxyId: string): void;
  /** Those known already, and those above the limit, are left out. @returns how many were taken. */
  restore(workloads: readonly KeptWorkload[]): number;
  all(): Iterable<TableEntry>;
}

interface Entry extends TableEntry {
  proxy: ProxyDescription;
  streams: number;
  reported: boolean | undefined;
  message: string;
  awaited: boolean;
  cancelGrace: Cancel | undefined;
}

/**
 * @param onChange told of each workload that came, left or reported; with nothing where any may have changed.
 * @param onLeave told before of those that left.
 */
export function createWorkloadTable(
  clock: Clock,
  limits: RegistryLimits,
  onChange: (proxy?: ProxyDescription) => void,
  onLeave: (proxyId: string) => void,
): WorkloadTable {
  const entries = new Map<string, Entry>();

  const leaveAfter = (graceMs: number, entry: Entry): void => {
    entry.cancelGrace = clock.after(graceMs, () => {
      entries.delete(entry.proxy.id);
      onLeave(entry.proxy.id);
      onChange(entry.proxy);
    });
  };

  const takeBack = (entry: Entry, proxy: ProxyDescription): void => {
    entry.cancelGrace?.();
    entry.cancelGrace = undefined;
    entry.awaited = false;
    // "Draining" was the word of a process that ended: who comes back without a probe would never say otherwise.
    if (entry.streams === 0 && entry.reported === false) forgetHealth(entry);
    entry.streams += 1;
    const before = entry.proxy;
    entry.proxy = proxy;
    if (before.workloadGroup === proxy.workloadGroup) return;
    // The probe of another group said nothing about this workload.
    forgetHealth(entry);
    onChange(before);
  };

  return {
    register(proxy) {
      const entry = entries.get(proxy.id);
      if (entry !== undefined) takeBack(entry, proxy);
      else if (entries.size >= limits.workloadsMax) {
        return `the registry holds ${limits.workloadsMax} workloads, which is its limit`;
      } else entries.set(proxy.id, newEntry({ proxy, reported: undefined, message: '' }, 1));
      onChange(proxy);
      return undefined;
    },
    setHealth(proxyId, healthy, message) {
      const entry = entries.get(proxyId);
      if (entry === undefined) return;
      entry.reported = healthy;
      entry.message = healthy ? '' : message;
      onChange(entry.proxy);
    },
    disconnect(proxyId) {
      const entry = entries.get(proxyId);
      if (entry === undefined || entry.streams === 0) return;
      entry.streams -= 1;
      if (entry.streams > 0) return;
      leaveAfter(limits.graceMs, entry);
      onChange(entry.proxy);
    },
    restore(workloads) {
      let taken = 0;
      for (const workload of workloads) {
        if (entries.has(workload.proxy.id) || entries.size >= limits.workloadsMax) continue;
        const entry = newEntry(workload, 0);
        entries.set(workload.proxy.id, entry);
        leaveAfter(limits.reconnectGraceMs, entry);
        taken += 1;
      }
      if (taken > 0) onChange();
      return taken;
    },
    all: () => entries.values(),
  };
}

function forgetHealth(entry: Entry): void {
  entry.reported = undefined;
  entry.message = '';
}

function newEntry({ proxy, reported, message }: KeptWorkload, streams: number): Entry {
  return { proxy, reported, message, streams, awaited: streams === 0, cancelGrace: undefined };
}
