/** The data path of a parent: its workers have it; it has their sockets, and tells them what it learns. */

import { tapLinesLost } from '@weft/data-filters';
import type { Runtime } from '@weft/data-runtime';
import type { Clock } from '@weft/kernel';
import type { Logger, MetricRegistry } from '@weft/telemetry';
import { pushOrder, type ReceivedResource, type ResourceUpdate, xdsTypes } from '@weft/xds-protocol';
import type { AskWorkers } from '../admin/ask-workers.ts';
import type { ClusterFacts } from '../admin/pages/cluster-facts.ts';
import type { DataPath, Side } from '../data-path.ts';
import type { TlsIdentity } from '../identity/tls-identity.ts';
import { hostPort } from '../listeners/connection-info.ts';
import type { ListenerState } from '../listeners/listener-manager-options.ts';
import type { ToWorker, WorkerReport } from './channel.ts';
import { createParkedSockets } from './parked-sockets.ts';
import type { Predecessor } from './predecessor.ts';
import type { SuccessorCommand } from './successor.ts';
import { createWorkerPool, type WorkerPool } from './worker-pool.ts';
import { createWorkerTaps, type WorkerTaps } from './worker-taps.ts';

export interface WorkerPathOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly count: number;
  readonly runtime: Runtime;
  readonly registry: MetricRegistry;
  readonly tls: TlsIdentity;
  readonly predecessor: Predecessor | undefined;
  commandOf(index: number): SuccessorCommand;
  onApplied(told: (update: ResourceUpdate) => void): void;
}

export interface WorkerPath extends DataPath {
  readonly ask: AskWorkers;
  /** Every worker has taken all that it was told. */
  settled(): boolean;
}

export function createWorkerPath(options: WorkerPathOptions): WorkerPath {
  const { runtime, tls } = options;
  // As they came: of those with a private key the runtime has no copy to give.
  const secrets = new Map<string, ReceivedResource>();
  const drained = new Map<Side, boolean>();
  const sockets = createParkedSockets(options.predecessor);

  const identity = (): ToWorker => ({ weft: 'identity', material: tls.material(), uri: tls.ownUri() });
  const taps = createWorkerTaps((message) => pool.tell(message), tapLinesLost(options.registry));
  const pool = createWorkerPool({
    ...options,
    *introduction() {
      yield identity();
      const received = runtime.received();
      for (const typeUrl of pushOrder) {
        const ofType = typeUrl === xdsTypes.SDS ? secrets : received.get(typeUrl);
        if (ofType !== undefined) yield messageOf({ typeUrl, changed: [...ofType.values()], removed: [] });
      }
      for (const [side, spareIdle] of drained) yield { weft: 'drain', side, spareIdle };
      yield* taps.introduction();
    },
    onTapped: (id, text) => taps.tapped(id, text),
    onWantsSocket(index, { id, address }, answer) {
      sockets.socketOf(address, index, (socket, code) => {
        const found = socket !== undefined;
        answer({ weft: 'socket', id, found, ...(code === undefined ? {} : { code }) }, socket);
      });
    },
    onReport: () => letGo(),
  });

  options.onApplied((update) => {
    if (update.typeUrl === xdsTypes.SDS) for (const secret of update.changed) secrets.set(secret.name, secret);
    // What nobody wants any more has gone from the runtime too.
    for (const name of secrets.keys()) if (!runtime.tables.secrets.has(name)) secrets.delete(name);
    pool.tell(messageOf(update));
  });
  const stopIdentity = tls.onRotate(() => pool.tell(identity()));

  /** Sockets that no worker listens on any more would let connections wait for ever. */
  const letGo = (): void => {
    const reports = pool.reports();
    if (!reports.every((report) => report !== undefined)) return;
    const wanted = new Set<string>();
    for (const { direction, bind, port, bindToPort } of runtime.tables.listeners.values()) {
      if (bindToPort && !drained.has(direction === 'inbound' ? 'inbound' : 'outward')) wanted.add(hostPort(bind, port));
    }
    sockets.keepOnly(wanted);
  };

  return {
    sync: letGo,
    socketAt: sockets.named as DataPath['socketAt'],
    listenerStates: () => merge(pool.reports()),
    poolStats: () => ({ connections: 0, active: 0 }),
    drain(side, spareIdle = false) {
      drained.set(side, spareIdle);
      pool.tell({ weft: 'drain', side, spareIdle });
    },
    // One that has not said how many it has may have some.
    connections: (side) => pool.reports().reduce((sum, report) => sum + (report?.connections[side] ?? 1), 0),
    settled: () => pool.reports().every((report) => report !== undefined),
    ask: askWorkers(pool, taps),
    close() {
      stopIdentity();
      pool.stop();
      sockets.keepOnly(new Set());
    },
  };
}

/** Workers run the same program: their answers are what was asked for. */
function askWorkers(pool: WorkerPool, taps: WorkerTaps): AskWorkers {
  return {
    metrics: (done) => pool.ask({ about: 'metrics' }, (texts) => done(texts as readonly string[])),
    clusters: (done) => pool.ask({ about: 'clusters' }, (facts) => done(facts as readonly (readonly ClusterFacts[])[])),
    requests: (asked, done) =>
      pool.ask({ about: 'requests', asked }, (lines) => done(lines as readonly (readonly string[])[])),
    taps: taps.count,
    tap: taps.open,
  };
}

function messageOf({ typeUrl, changed, removed }: ResourceUpdate): ToWorker {
  return {
    weft: 'update',
    typeUrl,
    changed: changed.map(({ name, version, body }) => [name, version, body.value] as const),
    removed: [...removed],
  };
}

/** A listener is as its worst worker is. */
function merge(reports: readonly (WorkerReport | undefined)[]): readonly ListenerState[] {
  const merged = new Map<string, ListenerState>();
  for (const report of reports) {
    for (const state of report?.states ?? []) {
      const known = merged.get(state.name);
      const worse = known === undefined || (known.state === 'listening' && state.state !== 'listening') ? state : known;
      merged.set(state.name, { ...worse, connections: state.connections + (known?.connections ?? 0) });
    }
  }
  return [...merged.values()];
}
