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
/** How long proxies are served at a stretch, milliseconds. */
export const sliceMs = 10;

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
  /** Something changed that snapshots depend on; 'endpoints': nothing but who is behind services. */
  changed(what?: 'configuration' | 'endpoints'): void;
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

  const compile = (proxy: ProxyDescription, input: CompileInput): Snapshot | undefined => {
    try {
      const snapshot = compiler.compile(input, proxy);
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
    // Proxies of one scope share their list.
    const lists = new Set([...snapshots.values()].map((snapshot) => snapshot.notices));
    return [...new Set([...lists].flat())];
  };

  const logNotices = (): void => {
    const now = new Set(notices());
    for (const notice of now) if (!logged.has(notice)) logger.warn(notice);
    logged = now;
  };

  /** Waiting for configuration of which more than endpoints changed, and for endpoints: those are quick, and go first. */
  const waiting = { configuration: new Set<string>(), endpoints: new Set<string>() };
  let startedAt: number | undefined;
  let stopped = false;

  const publish = (proxyId: string, input: CompileInput): void => {
    const proxy = connected.get(proxyId)?.proxy;
    if (proxy === undefined) return;
    const before = snapshots.get(proxyId);
    const snapshot = compile(proxy, input);
    if (snapshot !== undefined && snapshot !== before) options.send(proxyId, snapshot);
  };

  /** Works until its time is over, and lets everything else have its turn: answers, reports, new streams. */
  const slice = (): void => {
    if (stopped) return;
    const input = options.input();
    const until = clock.monotonic() + sliceMs;
    for (const queue of [waiting.endpoints, waiting.configuration]) {
      for (const proxyId of queue) {
        queue.delete(proxyId);
        publish(proxyId, input);
        if (clock.monotonic() < until) continue;
        clock.soon(slice);
        return;
      }
    }
    logNotices();
    if (startedAt !== undefined) options.onRound?.(clock.monotonic() - startedAt);
    startedAt = undefined;
  };

  let onlyEndpoints = true;
  const debounce = createDebounce(clock, debounceQuietMs, debounceCeilingMs, () => {
    for (const { proxy } of connected.all()) {
      if (!onlyEndpoints) waiting.configuration.add(proxy.id);
      else if (!waiting.configuration.has(proxy.id)) waiting.endpoints.add(proxy.id);
    }
    if (!onlyEndpoints) waiting.endpoints.clear();
    onlyEndpoints = true;
    const isRunning = startedAt !== undefined;
    startedAt ??= clock.monotonic();
    if (!isRunning) slice();
  });

  return {
    changed(what = 'configuration') {
      if (what === 'configuration') onlyEndpoints = false;
      debounce.trigger();
    },
    snapshotFor: (proxy) => compile(proxy, options.input()),
    lastSnapshot: (proxyId) => snapshots.get(proxyId),
    forget: (proxyId) => {
      snapshots.delete(proxyId);
      waiting.configuration.delete(proxyId);
      waiting.endpoints.delete(proxyId);
    },
    notices,
    stop() {
      stopped = true;
      debounce.stop();
    },
  };
}
