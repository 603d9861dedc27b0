/** One form for everything that can be an endpoint: a self-registered proxy, a WorkloadEntry, an inline endpoint of a ServiceEntry. */

import type { Resource, WorkloadEntrySpec, WorkloadGroupSpec } from '@weft/model';
import type { InstanceView, ProxyDescription, ServicePortView } from './view.ts';

export interface Workload {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** All of an instance but its ports, which depend on the Service that selects it. */
  readonly base: Omit<InstanceView, 'ports'>;
  /** The port to connect to for a Service port; nothing where the workload has none for it. */
  resolvePort(port: ServicePortView, target: PortTarget): number | undefined;
}

/** `targetPort` as written. A ServiceEntry has numbers only. */
export interface PortTarget {
  readonly target: number | string | undefined;
}

const tlsModeLabel = 'security.istio.io/tlsMode';

/** Endpoint behind a sidecar that registered itself: peers connect to the sidecar's inbound ports. */
export function workloadOfProxy(
  proxy: ProxyDescription,
  group: Resource<'WorkloadGroup'>,
  healthy: boolean,
  trustDomain: string,
): Workload {
  const spec: WorkloadGroupSpec = group.spec;
  const serviceAccount = proxy.serviceAccount || (spec.template.serviceAccount ?? '');
  const labels = { ...spec.metadata?.labels, ...spec.template.labels };
  return {
    namespace: group.namespace,
    labels,
    base: {
      address: proxy.address,
      labels,
      healthy,
      weight: Math.max(1, spec.template.weight ?? 1),
      locality: proxy.locality || (spec.template.locality ?? ''),
      network: proxy.network || (spec.template.network ?? ''),
      namespace: group.namespace,
      spiffeId: spiffeId(trustDomain, group.namespace, serviceAccount),
      mutualTls: true,
      workloadName: proxy.workloadName || group.name,
    },
    resolvePort(port, { target }) {
      const wanted = target ?? port.number;
      const byName = proxy.ingress.find((ingress) => ingress.name === wanted);
      if (byName !== undefined) return byName.port;
      const applicationPort = typeof wanted === 'number' ? wanted : spec.template.ports?.[wanted];
      const declared = proxy.ingress.find((ingress) => portOf(ingress.defaultEndpoint) === applicationPort)?.port;
      const captured = proxy.ingress.length === 0 || proxy.interception !== 'NONE';
      return declared ?? (captured ? applicationPort : undefined);
    },
  };
}

/** A WorkloadEntry, or an inline endpoint of a ServiceEntry, which has the same form. */
export function workloadOfEntry(
  entry: WorkloadEntrySpec,
  identity: { readonly namespace: string; readonly name: string; readonly labels: Readonly<Record<string, string>> },
  trustDomain: string,
): Workload {
  const labels = { ...identity.labels, ...entry.labels };
  return {
    namespace: identity.namespace,
    labels,
    base: {
      address: entry.address,
      labels,
      healthy: true,
      weight: Math.max(1, entry.weight ?? 1),
      locality: entry.locality ?? '',
      network: entry.network ?? '',
      namespace: identity.namespace,
      spiffeId: spiffeId(trustDomain, identity.namespace, entry.serviceAccount ?? ''),
      mutualTls: labels[tlsModeLabel] === 'istio',
      workloadName: identity.name,
    },
    resolvePort(port, { target }) {
      const own = entry.ports;
      if (typeof target === 'string') return own?.[target] ?? own?.[port.name];
      return own?.[port.name] ?? target ?? port.number;
    },
  };
}

/** Who a workload of this group is going to be; empty where the group names no service account. */
export function identityOfGroup(group: Resource<'WorkloadGroup'>, trustDomain: string): string {
  return spiffeId(trustDomain, group.namespace, group.spec.template.serviceAccount ?? '');
}

function spiffeId(trustDomain: string, namespace: string, serviceAccount: string): string {
  return serviceAccount === '' ? '' : `spiffe://${trustDomain}/ns/${namespace}/sa/${serviceAccount}`;
}

/** Port of "127.0.0.1:21000" or "[::1]:21000". */
function portOf(hostPort: string): number {
  return Number(hostPort.slice(hostPort.lastIndexOf(':') + 1));
}
