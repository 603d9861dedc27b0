/** What a Pod says of an instance: who it is, where it runs, whether a sidecar takes mutual TLS for it. */

import { localityOfNode, type Model, type Resource } from '@weft/model';
import type { InstanceView } from '../view.ts';
import type { Workload } from '../workload.ts';

export type Pod = Resource<'Pod'>;

/** All of an instance but its address, ports and health. */
export type PodFacts = Omit<InstanceView, 'address' | 'ports' | 'healthy' | 'weight'>;

const tlsModeLabel = 'security.istio.io/tlsMode';
const networkLabel = 'topology.istio.io/network';
/** Istio's own word for where a pod is, "." standing for "/" since labels have none; it wins over the node's. */
const localityLabel = 'istio-locality';

/** @param nodeName of the endpoint, where the pod has none yet. */
export function factsOfPod(pod: Pod, model: Model, trustDomain: string, nodeName?: string): PodFacts {
  const serviceAccount = pod.spec.serviceAccountName ?? 'default';
  return {
    labels: pod.labels,
    locality: pod.labels[localityLabel]?.replaceAll('.', '/') ?? localityOf(model, pod.spec.nodeName ?? nodeName),
    network: pod.labels[networkLabel] ?? '',
    namespace: pod.namespace,
    spiffeId: `spiffe://${trustDomain}/ns/${pod.namespace}/sa/${serviceAccount}`,
    mutualTls: pod.labels[tlsModeLabel] === 'istio',
    workloadName: workloadNameOf(pod),
  };
}

/** "region/zone/subzone" of a node; empty where it is not known or says nothing. */
export function localityOf(model: Model, nodeName: string | undefined): string {
  const node = nodeName === undefined ? undefined : model.get('Node', '', nodeName);
  return (node && localityOfNode(node.labels)) ?? '';
}

/** Pods that a ServiceEntry may select, by namespace: those that have an address and have not ended. */
export function podsByNamespace(model: Model, trustDomain: string): ReadonlyMap<string, readonly Workload[]> {
  const found = new Map<string, Workload[]>();
  for (const pod of model.byKind('Pod')) {
    const { status = {}, deleted } = pod.spec;
    const { podIP: address, phase, conditions } = status;
    if (address === undefined || deleted === true || phase === 'Succeeded' || phase === 'Failed') continue;
    const healthy = conditions?.['Ready'] !== false;
    const workload: Workload = {
      namespace: pod.namespace,
      labels: pod.labels,
      base: { ...factsOfPod(pod, model, trustDomain), address, healthy, weight: 1 },
      resolvePort: (port, { target }) => (typeof target === 'number' ? target : port.number),
    };
    const list = found.get(pod.namespace);
    if (list === undefined) found.set(pod.namespace, [workload]);
    else list.push(workload);
  }
  return found;
}

/** The Deployment behind a ReplicaSet, else the owner, else the pod itself. */
function workloadNameOf({ name, labels, spec }: Pod): string {
  const { owner } = spec;
  if (owner === undefined) return name;
  const hash = labels['pod-template-hash'];
  const suffix = `-${hash}`;
  return owner.kind === 'ReplicaSet' && hash !== undefined && owner.name.endsWith(suffix)
    ? owner.name.slice(0, -suffix.length)
    : owner.name;
}
