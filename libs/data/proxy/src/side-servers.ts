/** The ports beside the data path, and what they see of the proxy. */

import { createAdminServer } from './admin/admin-server.ts';
import type { AdminView } from './admin/admin-view.ts';
import { createAppMetrics } from './admin/app-metrics.ts';
import type { AskWorkers } from './admin/ask-workers.ts';
import type { SideServer } from './admin/side-server.ts';
import { createPrometheusServer, createReadinessServer } from './admin/status-servers.ts';
import type { ProxyOptions } from './proxy-options.ts';
import type { ProxyParts } from './proxy-parts.ts';
import type { ListenOn } from './workers/channel.ts';

export interface SideServers {
  readonly admin: SideServer;
  readonly readiness: SideServer;
  readonly prometheus: SideServer;
}

export function createSideServers(
  options: ProxyOptions,
  parts: ProxyParts,
  living: Pick<AdminView, 'notReady' | 'drain' | 'listenerStates' | 'poolStats'>,
  listen: ListenOn | undefined,
  workers: () => AskWorkers | undefined,
): SideServers {
  const { node, registry, runtime, manager, stages } = parts;
  const { appMetrics: source } = options;
  const appMetrics = source === undefined ? undefined : createAppMetrics({ ...source, registry });
  const view: AdminView = {
    ...living,
    node,
    registry,
    clock: options.clock,
    log: options.log,
    tap: stages.tap,
    appMetrics,
    workers,
    tables: runtime.tables,
    received: runtime.received,
    identity: manager.current,
    quit: options.onQuit,
  };
  return {
    admin: createAdminServer('--admin', options.admin, view, listen),
    readiness: createReadinessServer('--readiness', options.readiness, living.notReady, listen),
    prometheus: createPrometheusServer('--prometheus', options.prometheus, registry, appMetrics, listen, workers),
  };
}
