/** Where Ingresses are reached, as Istio tells of it in their status (pilot/pkg/config/kube/ingress/status.go). */

import { isIP } from 'node:net';
import { hasLabels } from '../kinds/label-selector.ts';
import type { MeshConfig } from '../mesh-config/spec.ts';
import type { Model } from '../model.ts';
import { ingressSelector } from './ingress.ts';

export interface IngressAddress {
  readonly ip?: string;
  readonly hostname?: string;
}

type Settings = Pick<MeshConfig, 'ingressSelector' | 'ingressService' | 'rootNamespace'>;

/**
 * In the order of their text: those of the mesh's `ingressService`, in the root namespace; without such a name, those of the nodes that the pods of
 * the gateway run on. The same for all Ingresses.
 */
export function ingressAddresses(model: Model, settings: Settings): readonly IngressAddress[] {
  const found = settings.ingressService === '' ? ofNodes(model, settings) : ofService(model, settings);
  return [...new Set(found)].sort().map((address) => (isIP(address) === 0 ? { hostname: address } : { ip: address }));
}

function ofService(model: Model, { ingressService, rootNamespace }: Settings): readonly string[] {
  const service = model.get('Service', rootNamespace, ingressService)?.spec;
  if (service?.type === 'ExternalName') return service.externalName === undefined ? [] : [service.externalName];
  return [...(service?.loadBalancerAddresses ?? []), ...(service?.externalIPs ?? [])];
}

function ofNodes(model: Model, settings: Settings): readonly string[] {
  const selector = ingressSelector(settings);
  const pods = model
    .byKind('Pod')
    .filter(
      ({ namespace, labels, spec }) =>
        namespace === settings.rootNamespace && spec.status?.phase === 'Running' && hasLabels(labels, selector),
    );
  return pods.flatMap(({ spec: { nodeName = '' } }) =>
    (model.get('Node', '', nodeName)?.spec.addresses ?? [])
      .filter(({ type, address }) => type === 'ExternalIP' && address !== '')
      .map(({ address }) => address),
  );
}
