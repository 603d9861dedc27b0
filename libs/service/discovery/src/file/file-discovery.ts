/** A register in a folder: one JSON file an instance, written whole, alive as long as its process renews it. */

import {
  type FSWatcher,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type Clock, randomHex } from '@weft/kernel';
import {
  checkName,
  type Discovery,
  DiscoveryError,
  type Instance,
  onlyChanges,
  type Registration,
} from '../discovery.ts';
import { fileNameOf, type InstanceRecord, isFileOf, livingInstances, parseRecord } from './record.ts';

export interface FileDiscoveryOptions {
  readonly folder: string;
  readonly clock: Clock;
  /** How long an instance counts as alive after its last heartbeat; heartbeats come three times as often. */
  readonly leaseMs?: number;
  /** How often a watch looks again, for leases that ran out and where the file system tells nothing. */
  readonly pollMs?: number;
  /** Told of heartbeats that could not be written. */
  readonly onError?: (error: DiscoveryError) => void;
}

/** Files are small and local: they are read and written synchronously, which keeps each change whole and in order. */
export function createFileDiscovery(options: FileDiscoveryOptions): Discovery {
  const { folder, clock, leaseMs = 3000, pollMs = 500, onError = () => {} } = options;
  const cancels = new Set<() => void>();
  attempt(() => mkdirSync(folder, { recursive: true, mode: 0o700 }), `cannot make ${folder}`);

  const list = (service: string): Instance[] => livingInstances(readAll(folder, service), clock.now());

  return {
    async register(instance) {
      checkName(instance.service);
      checkName(instance.id);
      return keepRegistered(instance, { folder, clock, leaseMs, onError, cancels });
    },
    async discover(service) {
      return list(service);
    },
    watch(service, onChange) {
      const changed = onlyChanges(onChange);
      const refresh = (): void => {
        try {
          changed(list(service));
        } catch (error) {
          if (!(error instanceof DiscoveryError)) throw error;
          onError(error);
        }
      };
      const cancelPoll = clock.every(pollMs, refresh);
      const watcher = watchFolder(folder, (name) => {
        if (isFileOf(service, name)) refresh();
      });
      const end = (): void => {
        cancelPoll();
        watcher?.close();
        cancels.delete(end);
      };
      cancels.add(end);
      refresh();
      return end;
    },
    async stop() {
      for (const cancel of [...cancels]) cancel();
    },
  };
}

interface Keeping {
  readonly folder: string;
  readonly clock: Clock;
  readonly leaseMs: number;
  readonly onError: (error: DiscoveryError) => void;
  readonly cancels: Set<() => void>;
}

function keepRegistered(instance: Instance, { folder, clock, leaseMs, onError, cancels }: Keeping): Registration {
  const path = join(folder, fileNameOf(instance));
  let healthy = true;
  let registered = true;
  const write = (): void => {
    const record: InstanceRecord = {
      ...instance,
      ports: { ...instance.ports },
      healthy,
      expiresAt: clock.now() + leaseMs,
    };
    writeWhole(path, JSON.stringify(record));
  };
  write();
  const cancel = clock.every(leaseMs / 3, () => {
    try {
      write();
    } catch (error) {
      if (!(error instanceof DiscoveryError)) throw error;
      onError(error);
    }
  });
  cancels.add(cancel);
  return {
    async setHealthy(value) {
      if (!registered || value === healthy) return;
      healthy = value;
      write();
    },
    async deregister() {
      registered = false;
      cancel();
      cancels.delete(cancel);
      attempt(() => rmSync(path, { force: true }), `cannot remove ${path}`);
    },
  };
}

function readAll(folder: string, service: string): InstanceRecord[] {
  const names = attempt(() => readdirSync(folder), `cannot read ${folder}`).filter((name) => isFileOf(service, name));
  return names.map((name) => readRecord(join(folder, name))).filter((record) => record !== undefined);
}

/** Nothing when the instance left between the listing and the reading. */
function readRecord(path: string): InstanceRecord | undefined {
  try {
    return parseRecord(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** A reader sees the old content or the new one, never a part. */
function writeWhole(path: string, text: string): void {
  const temporary = `${path}.${randomHex(4)}.tmp`;
  attempt(() => {
    writeFileSync(temporary, text, { mode: 0o600 });
    renameSync(temporary, path);
  }, `cannot write ${path}`);
}

/** Some file systems tell nothing; the poll finds the change then. */
function watchFolder(folder: string, onName: (name: string) => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, { persistent: false }, (_event, name) => {
      if (name !== null) onName(name);
    });
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}

function attempt<T>(act: () => T, sentence: string): T {
  try {
    return act();
  } catch (error) {
    throw new DiscoveryError('storage_failed', sentence, error);
  }
}
