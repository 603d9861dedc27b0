/** The proxy: identity, session, data path and side servers, tied together; started, drained, stopped. */

import type { ChildProcess } from 'node:child_process';
import { createLifecycle, formatHostPort, type Part } from '@weft/kernel';
import { xdsTypes } from '@weft/xds-protocol';
import { createDataPath, type DataPath } from './data-path.ts';
import { drainProxy } from './drain.ts';
import { createProbeSender } from './health/probe-sender.ts';
import { createWorkloadHealth, type WorkloadHealth } from './health/workload-health.ts';
import { addProxyMetrics } from './proxy-metrics.ts';
import type { ProxyOptions } from './proxy-options.ts';
import { createProxyParts, type ProxyParts } from './proxy-parts.ts';
import { notReadyReason } from './readiness.ts';
import { createSideServers, type SideServers } from './side-servers.ts';
import { inOrder, takingOver } from './start-order.ts';
import { startUpPages } from './start-up-pages.ts';
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
  const proxy = new RunningProxy(options);
  // Each may be passed on by itself.
  return {
    start: () => proxy.start(),
    drain: () => proxy.drain(),
    stop: () => proxy.stop(),
    upgrade: (onServing) => proxy.upgrade(onServing),
    notReady: () => proxy.notReady(),
    addresses: () => proxy.addresses(),
  };
}

class RunningProxy implements MeshProxy {
  readonly #options: ProxyOptions;
  readonly #parts: ProxyParts;
  readonly #health: WorkloadHealth;
  readonly #servers: SideServers;
  readonly #lifecycle: ReturnType<typeof createLifecycle>;
  #path: DataPath | undefined;
  /** The same, where it is that of several processes. */
  #workers: WorkerPath | undefined;
  #draining: Promise<void> | undefined;
  #upgrading: Promise<void> | undefined;

  constructor(options: ProxyOptions) {
    this.#options = options;
    const parts = createProxyParts(options);
    this.#parts = parts;
    this.#health = this.#createHealth();
    this.#followChanges();
    addProxyMetrics(parts, () => this.notReady());
    this.#servers = createSideServers(
      options,
      parts,
      {
        notReady: () => this.notReady(),
        drain: () => void this.drain(),
        listenerStates: () => this.#path?.listenerStates() ?? [],
        poolStats: (cluster) => this.#path?.poolStats(cluster) ?? { connections: 0, active: 0 },
      },
      options.predecessor?.listen,
      () => this.#workers?.ask,
    );
    const order = [...this.#order(), startUpPages(options.clock, options.log)];
    this.#lifecycle = createLifecycle(order, (part, error) =>
      options.log.warn({ part, err: error }, 'a part did not stop cleanly'),
    );
  }

  start(): Promise<void> {
    return this.#lifecycle.start();
  }

  drain(): Promise<void> {
    this.#draining ??= this.#drainNow();
    return this.#draining;
  }

  async stop(): Promise<void> {
    await this.drain();
    await this.#lifecycle.stop();
  }

  upgrade(onServing: (successor: ChildProcess) => void): Promise<void> {
    this.#upgrading ??= this.#upgradeNow(onServing).catch((error: unknown) => {
      this.#upgrading = undefined;
      throw error;
    });
    return this.#upgrading;
  }

  notReady(): string | undefined {
    return this.#notReady(this.#path?.listenerStates() ?? []);
  }

  addresses(): ReturnType<MeshProxy['addresses']> {
    const { admin, readiness, prometheus } = this.#servers;
    return { admin: admin.address(), readiness: readiness.address(), prometheus: prometheus.address() };
  }

  #notReady(listeners: ReturnType<DataPath['listenerStates']>): string | undefined {
    if (this.#workers?.settled() === false) return 'a worker is being started';
    const { session, runtime, tls } = this.#parts;
    return notReadyReason({
      draining: this.#draining !== undefined,
      session: session.state(),
      tables: runtime.tables,
      listeners,
      certified: tls.material() !== undefined,
    });
  }

  #createHealth(): WorkloadHealth {
    const { clock, log } = this.#options;
    const { runtime, upstream, session } = this.#parts;
    return createWorkloadHealth({
      clock,
      tables: runtime.tables,
      sender: createProbeSender(upstream),
      report: (healthy, reason) => {
        log.info({ healthy, reason }, healthy ? 'the workload is healthy' : 'the workload is not healthy');
        if (this.#draining === undefined) session.reportHealth(healthy, reason);
      },
    });
  }

  #followChanges(): void {
    const { runtime, tls } = this.#parts;
    runtime.onChange(({ typeUrl }) => {
      if (typeUrl === xdsTypes.SDS) tls.rootsChanged();
      if (typeUrl === xdsTypes.LDS || typeUrl === xdsTypes.RDS) this.#path?.sync();
      if (typeUrl === xdsTypes.CDS || typeUrl === xdsTypes.EDS) this.#health.refresh();
    });
  }

  #order(): readonly Part[] {
    const options = this.#options;
    const { predecessor } = options;
    const dataPath: Part = {
      name: 'data path',
      start: () => {
        this.#path = this.#makePath();
      },
      stop: () => {
        this.#health.stop();
        this.#parts.runtime.stop();
        this.#path?.close();
      },
    };
    if (predecessor === undefined) return inOrder(options, this.#parts, this.#servers, dataPath);
    return takingOver(options, predecessor, this.#parts, this.#servers, dataPath, {
      canServe: () => this.#notReady([]) === undefined,
      serves: () => this.notReady() === undefined,
    });
  }

  #makePath(): DataPath {
    const options = this.#options;
    const { concurrency: count = 1, workerCommand: commandOf, predecessor } = options;
    if (count === 1 || commandOf === undefined) {
      return createDataPath({ ...options, ...this.#parts, listen: predecessor?.listen });
    }
    this.#workers = createWorkerPath({ ...options, ...this.#parts, count, commandOf, predecessor });
    return this.#workers;
  }

  async #drainNow(): Promise<void> {
    const { clock, log, drainSeconds, inbound } = this.#options;
    const { session } = this.#parts;
    if (this.#path === undefined) return;
    log.info({ seconds: drainSeconds }, 'draining');
    const announced = session.state().connected && inbound.length > 0;
    session.reportHealth(false, 'draining');
    await drainProxy({ clock, path: this.#path, limitMs: drainSeconds * 1000, announced });
  }

  async #upgradeNow(onServing: (successor: ChildProcess) => void): Promise<void> {
    const { clock, log, successor: command, drainSeconds } = this.#options;
    if (command === undefined) throw new Error('this process was not told how to start another');
    const sides = Object.values(this.#servers);
    const socketAt = (address: string): unknown =>
      this.#path?.socketAt(address) ?? sides.find(({ at }) => formatHostPort(at.host, at.port) === address)?.socket;
    log.info('starting the process that takes over');
    const child = await startSuccessor({ clock, command, socketAt });
    log.info({ successor: child.pid }, 'another process serves; this one ends');
    onServing(child);
    // Its health is the other's to tell from here on.
    await this.#parts.session.stop();
    for (const side of sides) await side.stop();
    const path = this.#path;
    if (path !== undefined && this.#draining === undefined) {
      const limitMs = drainSeconds * 1000;
      this.#draining = drainProxy({ clock, path, limitMs, announced: false, spareIdle: true });
    }
    await this.#draining;
    await this.#lifecycle.stop();
  }
}
