/** A backend of a Gateway API route as a VirtualService's destination. */

import type { BackendObjectReference } from '../kinds/gateway-api/references.ts';
import type { Destination } from '../kinds/virtual-service/spec.ts';

/** @param routeNamespace where the backend is when it does not say; @param domain of the mesh ("cluster.local"). */
export function backendDestination(
  backend: BackendObjectReference,
  routeNamespace: string,
  domain: string,
): Destination {
  const { kind, name, namespace = routeNamespace, port } = backend;
  const host = kind === 'Hostname' ? name : `${name}.${namespace}.svc.${domain}`;
  return port === undefined ? { host } : { host, port: { number: port } };
}
