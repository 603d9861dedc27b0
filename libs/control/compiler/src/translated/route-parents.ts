/** What a route of the Gateway API, or Linkerd's HTTPRoute, is attached to: listeners of Gateways, and services of the mesh. */

import {
  attachRoute,
  isOurGateway,
  type Model,
  type ParentReference,
  parentGateway,
  type Resource,
  type RouteKind,
} from '@weft/model';
import type { Naming } from '../virtual-services/placed-rule.ts';
import { listenerGateway } from './gateway-resources.ts';

export interface RouteParent {
  /** "ns/name" of what stands for a listener; undefined: the mesh. */
  readonly gateway?: string;
  /** In lower case; "*.example.com" and "*" at a listener alone. */
  readonly hosts: readonly string[];
  /** Of the service that is the parent; absent: all of its ports. */
  readonly port?: number;
  /** True where the service is of another namespace: then the route speaks for callers of its own namespace alone. */
  readonly isConsumer: boolean;
}

/** @param ofGateways false for routes of an API that knows parents of the mesh alone. */
export function routeParents(
  model: Model,
  route: Pick<Resource, 'namespace'> & { readonly spec: { readonly parentRefs?: readonly ParentReference[] } },
  naming: Naming,
  ofGateways: boolean,
): readonly RouteParent[] {
  return (route.spec.parentRefs ?? []).flatMap((reference): readonly RouteParent[] => {
    const namespace = reference.namespace ?? route.namespace;
    const isConsumer = namespace !== route.namespace;
    if (reference.kind === 'Service') {
      const host = naming.canonical(`${reference.name}.${namespace}.svc.${naming.domain}`.toLowerCase());
      return portsOf(model, namespace, reference).map((port) => ({ hosts: [host], isConsumer, ...port }));
    }
    if (reference.kind === 'ServiceEntry') {
      const hosts = model.get('ServiceEntry', namespace, reference.name)?.spec.hosts ?? [];
      const port = reference.port === undefined ? {} : { port: reference.port };
      return hosts.map((host) => ({ hosts: [host.toLowerCase()], isConsumer, ...port }));
    }
    return ofGateways ? listenersOf(model, route as Resource<RouteKind>, reference) : [];
  });
}

/** One entry, or none where the Service has no port of that name or number: then the route is not attached. */
function portsOf(
  model: Model,
  namespace: string,
  { name, port, sectionName }: ParentReference,
): readonly { readonly port?: number }[] {
  if (sectionName === undefined) return [port === undefined ? {} : { port }];
  const found = model
    .get('Service', namespace, name)
    ?.spec.ports.find((one) => one.name === sectionName && (port === undefined || one.port === port));
  return found === undefined ? [] : [{ port: found.port }];
}

function listenersOf(model: Model, route: Resource<RouteKind>, reference: ParentReference): readonly RouteParent[] {
  const gateway = parentGateway(model, route, reference);
  if (gateway === undefined || !isOurGateway(model, gateway)) return [];
  const attached = attachRoute(model, gateway, route, reference);
  if (typeof attached === 'string') return [];
  return attached.map(({ listener, hostnames }) => ({
    gateway: listenerGateway(gateway, listener.name),
    hosts: hostnames.map((host) => host.toLowerCase()),
    isConsumer: false,
  }));
}
