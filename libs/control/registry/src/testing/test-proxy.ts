/** A proxy as it describes itself, for tests. */

import type { ProxyDescription } from '../view.ts';

/** A sidecar of the WorkloadGroup of its name, which listens for nothing. @param changes the namespace is "shop" unless they say otherwise. */
export function testProxy(workloadName: string, changes: Partial<ProxyDescription> = {}): ProxyDescription {
  const { type = 'sidecar', namespace = 'shop' } = changes;
  const kind = type === 'router' ? 'router' : 'sidecar';
  return {
    id: `${kind}~127.0.0.1~${workloadName}.${namespace}~${namespace}.svc.cluster.local`,
    type,
    namespace,
    serviceAccount: workloadName,
    workloadName,
    labels: {},
    address: '127.0.0.1',
    addresses: ['127.0.0.1'],
    interception: 'NONE',
    locality: '',
    network: '',
    clusterId: '',
    ingress: [],
    egressProxy: undefined,
    gatewayBind: '127.0.0.1',
    trustDomain: 'cluster.local',
    workloadGroup: `${namespace}/${workloadName}`,
    ...changes,
  };
}
