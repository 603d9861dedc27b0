/** The proxy: identity, session, data path and side servers, tied together; started, drained, stopped. */

import type { ChildProcess } from 'node:child_process';
import { createLifecycle, delay, type Part } from '@weft/kernel';
import { xdsTypes } from '@weft/xds-protocol';
import { formatHostPort } from './admin/side-server.ts';
import { createDataPath, type DataPath } from './data-path.ts';
import { drainProxy, lookMs } from './drain.ts';
import { assertListenersFree } from './free-port.ts';
import { createProbeSender } from './health/probe-sender.ts';
import { createWorkloadHealth } from './health/workload-health.ts';
import { addProxyMetrics } from './proxy-metrics.ts';
import type { ProxyOptions } from './proxy-options.ts';
import { createProxyParts, type ProxyParts } from './proxy-parts.ts';
import { notReadyReason } from './readiness.ts';
import { openStateFolder } from './session/state-folder.ts';
import { createSideServers, type SideServers } from './side-servers.ts';
import { startUpPages } from './start-up-pages.ts';
import type { Predecessor } from './workers/predecessor.ts';
import { startSuccessor } from './workers/successor.ts';
import { createWorkerPath, type WorkerPath } from './workers/worker-path.ts';

export interface MeshProxy {
  /**
   * Opens the side servers, then the session; resolves before the proxy is ready, which the readiness port tells.
   * @throws ListenError for an address of a flag that is not to be had, WeftError state_invalid for the state folder.
   */
  start(): Promise<void>;
  /** Ends connections politely, within `drainSeconds`; the process and its side servers go on. A second call waits for the first. */
  drain(): Promise<void>;
  /** Drains, then closes everything. */
  stop(): Promise<void>;
  /**
   * Starts the process that takes over, lets it have the listening sockets, and when it serves ends as `stop` does, but for peers and
   * control plane, which hear nothing of it. @param onServing told of that process when it serves; this one still ends what it has.
   * @throws Error with a sentence; this one goes on then.
   */
  upgrade(onServing: (successor: ChildProcess) => void): Promise<void>;
  /** Why it is not ready; nothing when it is. */
  notReady(): string | undefined;
  /** Where the side servers listen, with real ports; after `start`. */
  addresses(): { readonly admin: string; readonly readiness: string; readonly prometheus: string };
}

export function createProxy(options: ProxyOptions): MeshProxy {
  const { log } = options;
  const parts = createProxyParts(options);
  const { runtime, tls, session } = parts;
  let path: DataPath | undefined;
  /** The same, where it is that of several processes. */
  let workers: WorkerPath | undefined;
  let draining: Promise<void> | undefined;
  let upgrading: Promise<void> | undefined;

  const health = createWorkloadHealth({
    clock: options.clock,
    tables: runtime.tables,
    sender: createProbeSender(parts.upstream),
    report(healthy, reason) {
      log.info({ healthy, reason }, healthy ? 'the workload is healthy' : 'the workload is not healthy');
      if (draining === undefined) session.reportHealth(healthy, reason);
    },
  });

  runtime.onChange(({ typeUrl }) => {
    if (typeUrl === xdsTypes.SDS) tls.rootsChanged();
    if (typeUrl === xdsTypes.LDS || typeUrl === xdsTypes.RDS) path?.sync();
    if (typeUrl === xdsTypes.CDS || typeUrl === xdsTypes.EDS) health.refresh();
  });

  const notReady = (listenersAside = false): string | undefined => {
    if (workers?.settled() === false) return 'a worker is being started';
    return notReadyReason({
      draining: draining !== undefined,
      session: session.state(),
      tables: runtime.tables,
      listeners: listenersAside ? [] : (path?.listenerStates() ?? []),
      certified: tls.material() !== undefined,
    });
  };

  addProxyMetrics(parts, () => notReady());

  const drainNow = async (): Promise<void> => {
    if (path === undefined) return;
    log.info({ seconds: options.drainSeconds }, 'draining');
    const announced = session.state().connected && options.inbound.length > 0;
    session.reportHealth(false, 'draining');
    await drainProxy({ clock: options.clock, path, limitMs: options.drainSeconds * 1000, announced });
  };
  const drain = (): Promise<void> => {
    draining ??= drainNow();
    return draining;
  };

  const servers = createSideServers(
    options,
    parts,
    {
      notReady: () => notReady(),
      drain: () => void drain(),
      listenerStates: () => path?.listenerStates() ?? [],
      poolStats: (cluster) => path?.poolStats(cluster) ?? { connections: 0, active: 0 },
    },
    options.predecessor?.listen,
    () => workers?.ask,
  );

  const makePath = (): DataPath => {
    const { concurrency: count = 1, workerCommand: commandOf, predecessor } = options;
    if (count === 1 || commandOf === undefined) {
      return createDataPath({ ...options, ...parts, listen: predecessor?.listen });
    }
    workers = createWorkerPath({ ...options, ...parts, count, commandOf, predecessor });
    return workers;
  };

  const dataPath: Part = {
    name: 'data path',
    start() {
      path = makePath();
    },
    stop() {
      health.stop();
      runtime.stop();
      path?.close();
    },
  };
  const order =
    options.predecessor === undefined
      ? inOrder(options, parts, servers, dataPath)
      : takingOver(options, options.predecessor, parts, servers, dataPath, {
          canServe: () => notReady(true) === undefined,
          serves: () => notReady() === undefined,
        });
  const lifecycle = createLifecycle([...order, startUpPages(options.clock, log)], (part, error) =>
    log.warn({ part, err: error }, 'a part did not stop cleanly'),
  );

  const upgradeNow = async (onServing: (successor: ChildProcess) => void): Promise<void> => {
    const { clock, successor: command } = options;
    if (command === undefined) throw new Error('this process was not told how to start another');
    const sides = Object.values(servers);
    const socketAt = (address: string): unknown =>
      path?.socketAt(address) ?? sides.find(({ at }) => formatHostPort(at) === address)?.socket;
    log.info('starting the process that takes over');
    const child = await startSuccessor({ clock, command, socketAt });
    log.info({ successor: child.pid }, 'another process serves; this one ends');
    onServing(child);
    // Its health is the other's to tell from here on.
    await session.stop();
    for (const side of sides) await side.stop();
    if (path !== undefined && draining === undefined) {
      draining = drainProxy({ clock, path, limitMs: options.drainSeconds * 1000, announced: false, spareIdle: true });
    }
    await draining;
    await lifecycle.stop();
  };

  return {
    start: lifecycle.start,
    drain,
    upgrade(onServing) {
      upgrading ??= upgradeNow(onServing).catch((error: unknown) => {
        upgrading = undefined;
        throw error;
      });
      return upgrading;
    },
    async stop() {
      await drain();
      await lifecycle.stop();
    },
    notReady: () => notReady(),
    addresses: () => ({
      admin: servers.admin.address(),
      readiness: servers.readiness.address(),
      prometheus: servers.prometheus.address(),
    }),
  };
}

/** What can fail for the operator's doing comes first; the session last, since it brings the traffic. */
function inOrder(options: ProxyOptions, parts: ProxyParts, servers: SideServers, dataPath: Part): readonly Part[] {
  const { manager, session } = parts;
  return [
    { name: 'state folder', start: async () => parts.useFolder(await openStateFolder(options.stateDir)) },
    { name: 'ports', start: () => assertListenersFree(options) },
    { name: 'readiness', start: servers.readiness.start, stop: servers.readiness.stop },
    { name: 'prometheus', start: servers.prometheus.start, stop: servers.prometheus.stop },
    { name: 'admin', start: servers.admin.start, stop: servers.admin.stop },
    { name: 'identity', start: manager.start, stop: manager.stop },
    ...(parts.workloadApi === undefined ? [] : [parts.workloadApi]),
    dataPath,
    { name: 'session', start: session.start, stop: session.stop },
  ];
}

/** Not one connection is taken before this process can serve it; the ports beside come last. */
function takingOver(
  options: ProxyOptions,
  predecessor: Predecessor,
  parts: ProxyParts,
  servers: SideServers,
  dataPath: Part,
  when: { canServe(): boolean; serves(): boolean },
): readonly Part[] {
  const { manager, session } = parts;
  const { admin, prometheus, readiness } = servers;
  const { clock } = options;
  return [
    { name: 'state folder', start: async () => parts.useFolder(await openStateFolder(options.stateDir)) },
    { name: 'identity', start: manager.start, stop: manager.stop },
    ...(parts.workloadApi === undefined ? [] : [parts.workloadApi]),
    dataPath,
    { name: 'session', start: session.start, stop: session.stop },
    {
      name: 'sockets',
      async start() {
        while (!when.canServe()) await delay(clock, lookMs);
        predecessor.open();
        while (!when.serves()) await delay(clock, lookMs);
      },
    },
    { name: 'prometheus', start: prometheus.start, stop: prometheus.stop },
    { name: 'admin', start: admin.start, stop: admin.stop },
    { name: 'readiness', start: readiness.start, stop: readiness.stop },
    { name: 'take over', start: predecessor.ready },
  ];
}
