/** The proxy: identity, session, data path and side servers, tied together; started, drained, stopped. */

import { createLifecycle, type Part } from '@weft/kernel';
import { xdsTypes } from '@weft/xds-protocol';
import type { SideServer } from './admin/side-server.ts';
import { createDataPath, type DataPath } from './data-path.ts';
import { drainProxy } from './drain.ts';
import { assertFree } from './free-port.ts';
import { createProbeSender } from './health/probe-sender.ts';
import { createWorkloadHealth } from './health/workload-health.ts';
import { addProxyMetrics } from './proxy-metrics.ts';
import type { ProxyOptions } from './proxy-options.ts';
import { createProxyParts, type ProxyParts } from './proxy-parts.ts';
import { notReadyReason } from './readiness.ts';
import { openStateFolder } from './session/state-folder.ts';
import { createSideServers } from './side-servers.ts';

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
  let draining: Promise<void> | undefined;

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

  const notReady = (): string | undefined =>
    notReadyReason({
      draining: draining !== undefined,
      session: session.state(),
      tables: runtime.tables,
      listeners: path?.listenerStates() ?? [],
      certified: tls.material() !== undefined,
    });

  addProxyMetrics(parts, notReady);

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

  const servers = createSideServers(options, parts, {
    notReady,
    drain: () => void drain(),
    listenerStates: () => path?.listenerStates() ?? [],
    poolStats: (cluster) => path?.poolStats(cluster) ?? { connections: 0, active: 0 },
  });

  const dataPath: Part = {
    name: 'data path',
    start() {
      path = createDataPath({ ...options, ...parts });
    },
    stop() {
      health.stop();
      runtime.stop();
      path?.close();
    },
  };
  const lifecycle = createLifecycle(inOrder(options, parts, servers, dataPath), (part, error) =>
    log.warn({ part, err: error }, 'a part did not stop cleanly'),
  );

  return {
    start: lifecycle.start,
    drain,
    async stop() {
      await drain();
      await lifecycle.stop();
    },
    notReady,
    addresses: () => ({
      admin: servers.admin.address(),
      readiness: servers.readiness.address(),
      prometheus: servers.prometheus.address(),
    }),
  };
}

/** What can fail for the operator's doing comes first; the session last, since it brings the traffic. */
function inOrder(
  options: ProxyOptions,
  parts: ProxyParts,
  servers: { readonly [name in 'admin' | 'readiness' | 'prometheus']: SideServer },
  dataPath: Part,
): readonly Part[] {
  const { manager, session } = parts;
  return [
    { name: 'state folder', start: async () => parts.useFolder(await openStateFolder(options.stateDir)) },
    { name: 'ports', start: () => assertPorts(options) },
    { name: 'readiness', start: servers.readiness.start, stop: servers.readiness.stop },
    { name: 'prometheus', start: servers.prometheus.start, stop: servers.prometheus.stop },
    { name: 'admin', start: servers.admin.start, stop: servers.admin.stop },
    { name: 'identity', start: manager.start, stop: manager.stop },
    dataPath,
    { name: 'session', start: session.start, stop: session.stop },
  ];
}

/** Listeners come from the control plane, but their addresses from this command line: a busy one is said at once. */
async function assertPorts(options: ProxyOptions): Promise<void> {
  if (options.outbound !== undefined) await assertFree('--outbound', options.outbound);
  for (const { name, bind, port } of options.inbound) await assertFree(`--inbound ${name}`, { host: bind, port });
}
