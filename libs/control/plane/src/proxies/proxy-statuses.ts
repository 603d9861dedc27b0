/** What an operator is told of each connected proxy: what it has of its configuration, and whether it still says anything. */

import type { Registry } from '@weft/control-registry';
import type { Clock } from '@weft/kernel';
import { type TypeStatus, type XdsTypeName, xdsTypes } from '@weft/xds-protocol';
import type { ProxyStatus } from '../operator-api/operator-view.ts';
import type { ConnectedProxies, ConnectedProxy } from './connected.ts';

/** How long a proxy may owe an answer without a word before it counts as stale. */
export const staleAfterMs = 5 * 60_000;

export interface ProxyStatusesOptions {
  readonly clock: Clock;
  readonly connected: ConnectedProxies;
  readonly registry: Registry;
  /** By type URL; undefined where nothing was ever asked for. */
  typesOf(proxyId: string): ReadonlyMap<string, TypeStatus> | undefined;
}

const notSent: TypeStatus = { state: 'NOT SENT', version: '', error: '' };

export function proxyStatuses({ clock, connected, registry, typesOf }: ProxyStatusesOptions): readonly ProxyStatus[] {
  const health = new Map(registry.workloads().map((workload) => [workload.proxy.id, workload.healthy]));
  return connected.all().map((one) => {
    const { id } = one.proxy;
    const silentMs = clock.now() - (connected.lastWordAtMs(id) ?? one.connectedAtMs);
    return statusOf(one, health.get(id) ?? true, typesOf(id), clock.now() - silentMs, silentMs >= staleAfterMs);
  });
}

function statusOf(
  { proxy, admin, connectedAtMs }: ConnectedProxy,
  healthy: boolean,
  byUrl: ReadonlyMap<string, TypeStatus> | undefined,
  lastWordAtMs: number,
  silent: boolean,
): ProxyStatus {
  const type = (name: XdsTypeName): TypeStatus => byUrl?.get(xdsTypes[name]) ?? notSent;
  return {
    id: proxy.id,
    type: proxy.type,
    workloadGroup: proxy.workloadGroup,
    namespace: proxy.namespace,
    serviceAccount: proxy.serviceAccount,
    address: proxy.address,
    admin,
    connectedAt: new Date(connectedAtMs).toISOString(),
    lastWordAt: new Date(lastWordAtMs).toISOString(),
    // A proxy that owes nothing may be silent: its connection is asked whether it lives.
    stale: silent && [...(byUrl?.values() ?? [])].some(({ state }) => state === 'STALE'),
    healthy,
    types: { CDS: type('CDS'), EDS: type('EDS'), LDS: type('LDS'), RDS: type('RDS'), SDS: type('SDS') },
  };
}
