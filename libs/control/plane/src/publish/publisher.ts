/** From changes to streams: joins changes, compiles for each connected proxy, and hands over what came out. */

import type { CompileInput, Compiler, Snapshot } from '@weft/control-compiler';
import type { ProxyDescription } from '@weft/control-registry';
import type { Clock } from '@weft/kernel';
import type { Logger } from '@weft/telemetry';
import type { ConnectedProxies } from '../proxies/connected.ts';
import { createDebounce } from './debounce.ts';

/** Quiet time that ends a burst of changes, and the longest wait in a burst, milliseconds. */
export const debounceQuietMs = 20;
export const debounceCeilingMs = 200;

export interface PublisherOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly compiler: Compiler;
  readonly connected: ConnectedProxies;
  /** What is true now. */
  input(): CompileInput;
  /** Serves a snapshot to the streams of a proxy. */
  send(proxyId: string, snapshot: Snapshot): void;
  /** Told how long one round took. */
  onRound?(elapsedMs: number): void;
}

export interface Publisher {
  /** Something changed that snapshots depend on. */
  changed(): void;
  /** Compiles for a proxy that connects. Undefined where that failed, and it had no snapshot before. */
  snapshotFor(proxy: ProxyDescription): Snapshot | undefined;
  lastSnapshot(proxyId: string): Snapshot | undefined;
  forget(proxyId: string): void;
  /** Of all snapshots, each once. */
  notices(): readonly string[];
  stop(): void;
}

export function createPublisher(options: PublisherOptions): Publisher {
  const { clock, logger, compiler, connected } = options;
  const snapshots = new Map<string, Snapshot>();
  let logged: ReadonlySet<string> = new Set();

  const compile = (proxy: ProxyDescription): Snapshot | undefined => {
    try {
      const snapshot = compiler.compile(options.input(), proxy);
      snapshots.set(proxy.id, snapshot);
      return snapshot;
    } catch (error) {
      logger.error(
        { proxy: proxy.id, err: error },
        'the configuration of a proxy could not be compiled; it keeps its last one',
      );
      return snapshots.get(proxy.id);
    }
  };

  const notices = (): readonly string[] => {
    const all = new Set<string>();
    for (const snapshot of snapshots.values()) for (const notice of snapshot.notices) all.add(notice);
    return [...all];
  };

  const logNotices = (): void => {
    const now = new Set(notices());
    for (const notice of now) if (!logged.has(notice)) logger.warn(notice);
    logged = now;
  };

  const debounce = createDebounce(clock, debounceQuietMs, debounceCeilingMs, () => {
    const startedAt = clock.monotonic();
    for (const { proxy } of connected.all()) {
      const before = snapshots.get(proxy.id);
      const snapshot = compile(proxy);
      if (snapshot !== undefined && snapshot !== before) options.send(proxy.id, snapshot);
    }
    logNotices();
    options.onRound?.(clock.monotonic() - startedAt);
  });

  return {
    changed: () => debounce.trigger(),
    snapshotFor: compile,
    lastSnapshot: (proxyId) => snapshots.get(proxyId),
    forget: (proxyId) => {
      snapshots.delete(proxyId);
    },
    notices,
    stop: () => debounce.stop(),
  };
}
