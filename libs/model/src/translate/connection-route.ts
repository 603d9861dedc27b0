/** TLSRoute and TCPRoute of the Gateway API → the destinations of a VirtualService's rules for connections. */

import { backendProblem } from '../kinds/gateway-api/backend-resolution.ts';
import type { RouteDestination } from '../kinds/virtual-service/spec.ts';
import type { Model } from '../model.ts';
import type { Resource } from '../resource.ts';
import { backendDestination } from './backend-destination.ts';
import { invalidBackendHost } from './translated-rule.ts';

export type ConnectionRoute = Resource<'TLSRoute'> | Resource<'TCPRoute'>;

/**
 * One list for each rule, in the order of the resource, never empty. The share of a backend that may not be named, or that is none, goes to
 * `invalidBackendHost`: its connections are closed. So are all of them where every weight is 0.
 * @param domain of the mesh ("cluster.local").
 */
export function translateConnectionRoute(
  model: Model,
  route: ConnectionRoute,
  domain: string,
): readonly (readonly RouteDestination[])[] {
  return route.spec.rules.map(({ backendRefs }) => {
    const weighted = backendRefs.filter(({ weight = 1 }) => weight > 0);
    if (weighted.length === 0) return [{ destination: { host: invalidBackendHost } }];
    return weighted.map((backend) => {
      const { reason } = backendProblem(model, route, backend) ?? {};
      const leads = reason === undefined || reason === 'BackendNotFound';
      const destination = leads ? backendDestination(backend, route.namespace, domain) : { host: invalidBackendHost };
      return weighted.length === 1 ? { destination } : { destination, weight: backend.weight ?? 1 };
    });
  });
}
