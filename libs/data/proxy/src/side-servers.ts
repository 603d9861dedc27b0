/** The ports beside the data path, and what they see of the proxy. */

import { createAdminServer } from './admin/admin-server.ts';
import type { AdminView } from './admin/admin-view.ts';
import type { SideServer } from './admin/side-server.ts';
import { createPrometheusServer, createReadinessServer } from './admin/status-servers.ts';
import type { ProxyOptions } from './proxy-options.ts';
import type { ProxyParts } from './proxy-parts.ts';

export interface SideServers {
  readonly admin: SideServer;
  readonly readiness: SideServer;
  readonly prometheus: SideServer;
}

export function createSideServers(
  options: ProxyOptions,
  parts: ProxyParts,
  living: Pick<AdminView, 'notReady' | 'drain' | 'listenerStates' | 'poolStats'>,
): SideServers {
  const { node, registry, runtime, manager } = parts;
  const view: AdminView = {
    ...living,
    node,
    registry,
    clock: options.clock,
    log: options.log,
    tables: runtime.tables,
    received: runtime.received,
    identity: manager.current,
    quit: options.onQuit,
  };
  return {
    admin: createAdminServer('--admin', options.admin, view),
    readiness: createReadinessServer('--readiness', options.readiness, living.notReady),
    prometheus: createPrometheusServer('--prometheus', options.prometheus, registry),
  };
}
