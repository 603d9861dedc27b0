/** Which services and rules are seen: by a namespace, by one listener of a Sidecar, by all of its listeners. */

import type { MeshConfig, SidecarEgress } from '@weft/model';
import type { IndexedVirtualService } from '../model-index.ts';
import { egressHosts } from './egress-hosts.ts';
import { type EgressView, egressView } from './egress-view.ts';
import type { EgressListener } from './scope-listeners.ts';
import type { ServiceShape } from './service-shape.ts';
import { isExportedTo } from './visibility.ts';

/** What is exported to a namespace, of each host one. */
export function visibleView(mesh: MeshConfig, everything: EgressView, namespace: string): EgressView {
  const services = everything.services.filter((service) =>
    isExportedTo(service.exportTo, mesh.defaultServiceExportTo, service.namespace, namespace),
  );
  const rules = everything.virtualServices.filter(({ resource }) =>
    isExportedTo(resource.spec.exportTo, mesh.defaultVirtualServiceExportTo, resource.namespace, namespace),
  );
  const { chosen, others } = oneOfEachHost(services, (service) => closeness(service, mesh, namespace));
  const ordered = closestFirst(rules, mesh, namespace);
  const all = chosen.length === everything.services.length && rules.length === everything.virtualServices.length;
  return all && ordered === rules ? everything : egressView(chosen, ordered, others);
}

/** Before age: what a namespace keeps for itself, what is exported to it by name, what all see (Istio, VirtualServicesForGateway). */
function closestFirst(
  rules: readonly IndexedVirtualService[],
  { defaultVirtualServiceExportTo }: MeshConfig,
  client: string,
): readonly IndexedVirtualService[] {
  const rankOf = ({ resource: { spec, namespace } }: IndexedVirtualService): number => {
    const { exportTo = [] } = spec;
    if ((exportTo.length === 0 ? defaultVirtualServiceExportTo : exportTo).includes('*')) return 2;
    return namespace === client ? 0 : 1;
  };
  if (rules.every((each) => rankOf(each) === 2)) return rules;
  return rules.toSorted((left, right) => rankOf(left) - rankOf(right));
}

/** Of the definitions of one host that a client sees, in Istio's order: its own alone, what is exported to it by name, what all see. */
function closeness({ exportTo }: ServiceShape, { defaultServiceExportTo }: MeshConfig, namespace: string): number {
  const written = exportTo === undefined || exportTo.length === 0 ? defaultServiceExportTo : exportTo;
  if (written.includes('*')) return 2;
  return written.includes(namespace) ? 1 : 0;
}

/** @param services in order of host, of one host the preferred first. A Service is what it is, whoever claims its name besides. */
function oneOfEachHost(
  services: readonly ServiceShape[],
  rankOf: (service: ServiceShape) => number,
): { readonly chosen: readonly ServiceShape[]; readonly others: readonly ServiceShape[] } {
  const chosen: ServiceShape[] = [];
  const others: ServiceShape[] = [];
  for (const service of services) {
    const last = chosen.at(-1);
    if (last === undefined || last.host !== service.host) chosen.push(service);
    else if (last.name === last.host && rankOf(service) < rankOf(last)) {
      others.push(last);
      chosen[chosen.length - 1] = service;
    } else others.push(service);
  }
  return { chosen, others };
}

/** What a listener of a Sidecar imports of what is visible. */
export function importedView(visible: EgressView, listener: SidecarEgress, namespace: string): EgressView {
  const hosts = egressHosts(listener.hosts, namespace);
  const port = listener.port?.number;
  const hasPort = (service: ServiceShape): boolean =>
    port === undefined || service.ports.some(({ number }) => number === port);
  const imports = (service: ServiceShape): boolean => hasPort(service) && hosts.importsService(service);
  const services = visible.services.filter(imports);
  const others = visible.others.filter(imports);
  const known = new Set(services.map(({ host }) => host));
  const more = oneOfEachHost(
    others.filter(({ host }) => !known.has(host)),
    () => 0,
  ).chosen;
  return egressView(
    more.length === 0 ? services : [...services, ...more].sort(byHostName),
    visible.virtualServices.filter((rules) => hosts.importsRules(rules)),
  );
}

/** What VirtualServices lead to, and the egress proxy, is reachable without being imported itself. */
export function unionView(
  destinations: (rules: IndexedVirtualService) => Iterable<string>,
  visible: EgressView,
  listeners: readonly EgressListener[],
  egressProxy: string | undefined,
): EgressView {
  const hosts = new Set(listeners.flatMap(({ view }) => view.services.map(({ host }) => host)));
  if (egressProxy !== undefined) hosts.add(egressProxy.toLowerCase());
  const rules = new Set(listeners.flatMap(({ view }) => view.virtualServices));
  for (const imported of rules) {
    for (const host of destinations(imported)) hosts.add(host);
  }
  const imported = new Map(listeners.flatMap(({ view }) => view.services.map((service) => [service.host, service])));
  return egressView(
    visible.services.filter(({ host }) => hosts.has(host)).map((service) => imported.get(service.host) ?? service),
    visible.virtualServices.filter((candidate) => rules.has(candidate)),
  );
}

function byHostName({ host: left }: ServiceShape, { host: right }: ServiceShape): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
