/** All of a service but who is behind it at the moment: what listeners, routes and clusters are made from. */

import type { RegistryView, ServiceView } from '@weft/control-registry';

/** The same object for as long as nothing of it changes, whatever its instances do. */
export interface ServiceShape extends Omit<ServiceView, 'instances' | 'identities'> {
  /** Has endpoints of its own to be told, or a name to resolve; else only captured connections can go where they were sent. */
  readonly routable: boolean;
}

export type ServiceShapes = ReadonlyMap<string, ServiceShape>;

/** The shape that was last made for a service. */
const known = new WeakMap<ServiceView, ServiceShape>();

/** By key, in order of host. Returns `last` itself where nothing differs. */
export function serviceShapes(registry: RegistryView, last: ServiceShapes | undefined): ServiceShapes {
  const shapes = new Map<string, ServiceShape>();
  let same = last?.size === registry.services.size;
  for (const [key, service] of registry.services) {
    const before = last?.get(key);
    let shape = known.get(service);
    if (shape === undefined || (before !== undefined && shape !== before)) {
      shape = before !== undefined && isSame(before, service) ? before : (shape ?? shapeOf(service));
      known.set(service, shape);
    }
    same &&= shape === before;
    shapes.set(key, shape);
  }
  return same && last !== undefined ? last : shapes;
}

/** False where there is no name to resolve: for a pattern without endpoints, where only captured traffic could go. */
export function isRoutable(service: Pick<ServiceView, 'resolution' | 'instances'>): boolean {
  return service.resolution === 'endpoints' || service.instances.length > 0;
}

function shapeOf(service: ServiceView): ServiceShape {
  const { instances: _instances, identities: _identities, ...rest } = service;
  return { ...rest, routable: isRoutable(service) };
}

function isSame(shape: ServiceShape, service: ServiceView): boolean {
  return (
    shape.key === service.key &&
    shape.ports === service.ports &&
    shape.from === service.from &&
    shape.namespace === service.namespace &&
    shape.name === service.name &&
    shape.meshInternal === service.meshInternal &&
    shape.resolution === service.resolution &&
    shape.exportTo === service.exportTo &&
    shape.addresses === service.addresses &&
    shape.headless === service.headless &&
    shape.subjectAltNames === service.subjectAltNames &&
    shape.routable === isRoutable(service)
  );
}
