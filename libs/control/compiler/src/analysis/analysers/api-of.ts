/** Which family of APIs a resource is of, in the order in which they give way to one another. */

import type { AnyResource, Resource } from '@weft/model';

export type Api = 'Istio' | 'Gateway API' | 'Linkerd';

export function apiOf({ apiVersion }: Pick<AnyResource | Resource, 'apiVersion'>): Api {
  const group = apiVersion.split('/', 1)[0] ?? '';
  if (group === 'gateway.networking.k8s.io') return 'Gateway API';
  // A Service speaks for itself by Linkerd's annotations only.
  return group.endsWith('linkerd.io') || group.endsWith('smi-spec.io') || apiVersion === 'v1' ? 'Linkerd' : 'Istio';
}
