/** What one proxy may reach and listens on, from exportTo and its Sidecar; equal scopes are one object. */

import type { ProxyDescription } from '@weft/control-registry';
import type { Provenance } from '@weft/kernel';
import type { MeshConfig, Model, SidecarEgress, SidecarIngress } from '@weft/model';
import type { IndexedVirtualService } from '../model-index.ts';
import { outboundClusterName } from '../names.ts';
import { provenanceOf } from '../provenance.ts';
import { egressHosts } from './egress-hosts.ts';
import { type EgressView, egressView, keepView } from './egress-view.ts';
import { indexSidecars, type SidecarResource, selectSidecar } from './select-sidecar.ts';
import type { ServiceShape, ServiceShapes } from './service-shape.ts';
import { isExportedTo } from './visibility.ts';

export interface ProxyScope {
  /** Absent for gateways, and where none holds. */
  readonly sidecar: SidecarResource | undefined;
  /** All that the proxy may reach: what its egress listeners import, and what their VirtualServices lead to. */
  readonly view: EgressView;
  /** At least one; the one without port, if any, is last. */
  readonly egress: readonly EgressListener[];
  /** Empty: the ports are those of the services that the workload belongs to. */
  readonly ingress: readonly IngressListener[];
  /** What becomes of a host that is not in the view. */
  readonly outbound: 'ALLOW_ANY' | 'REGISTRY_ONLY';
  /** The cluster that it goes to where it may go (a Sidecar's egress proxy); absent: where it was going. */
  readonly egressCluster: string | undefined;
}

export interface EgressListener {
  /** Absent: every port that no other listener has. */
  readonly port: number | undefined;
  /** Upper case; empty without port. */
  readonly protocol: string;
  readonly name: string;
  /** Empty: not said. */
  readonly bind: string;
  /** NONE: a listener of its own that the application connects to. */
  readonly captureMode: 'NONE' | 'IPTABLES';
  /** What it imports; where it has a port, only services that have it. */
  readonly view: EgressView;
  readonly from: Provenance | undefined;
}

export interface IngressListener {
  readonly port: number;
  /** Upper case. */
  readonly protocol: string;
  readonly name: string;
  /** Empty: not said. */
  readonly bind: string;
  readonly captureMode: 'NONE' | 'IPTABLES';
  /** As written; absent: the port itself on 127.0.0.1. */
  readonly defaultEndpoint: string | undefined;
  readonly tls: SidecarIngress['tls'];
  /** Its own, else the Sidecar's. */
  readonly connectionPool: SidecarIngress['connectionPool'];
  readonly from: Provenance;
}

export interface ScopeInput {
  readonly model: Model;
  readonly mesh: MeshConfig;
  readonly shapes: ServiceShapes;
  readonly virtualServices: readonly IndexedVirtualService[];
  /** Every host that the rules lead to, mirrors among them, as the registry knows it. */
  destinations(rules: IndexedVirtualService): Iterable<string>;
}

export interface Scopes {
  of(proxy: ProxyDescription): ProxyScope;
  /** Views by key, for the scopes of the next model. */
  readonly views: ReadonlyMap<string, EgressView>;
}

/** Views and scopes remembered; more are made each time. */
const scopesMax = 10_000;

/** @param last views of the model before: those that say the same stay the same objects. */
export function createScopes(input: ScopeInput, last: ReadonlyMap<string, EgressView> = new Map()): Scopes {
  const sidecars = indexSidecars(input.model);
  const views = new Map<string, EgressView>();
  const scopes = new Map<string, ProxyScope>();
  const remember = <T>(into: Map<string, T>, key: string, make: () => T): T => {
    const known = into.get(key);
    if (known !== undefined) return known;
    const made = make();
    if (into.size < scopesMax) into.set(key, made);
    return made;
  };
  const viewFor = (key: string, make: () => EgressView): EgressView =>
    remember(views, key, () => keepView(make(), last.get(key)));
  const everything = viewFor('', () => egressView([...input.shapes.values()], input.virtualServices));
  const visible = (namespace: string): EgressView =>
    viewFor(namespace, () => visibleView(input, everything, namespace));
  return {
    views,
    of(proxy) {
      const { namespace } = proxy;
      const sidecar =
        proxy.type === 'router'
          ? undefined
          : selectSidecar(sidecars, namespace, proxy.labels, input.mesh.rootNamespace);
      const captured = proxy.interception !== 'NONE';
      const name = sidecar === undefined ? '' : `${sidecar.namespace}/${sidecar.name}`;
      return remember(scopes, `${namespace}|${name}|${captured}`, () =>
        buildScope(input, { namespace, captured, sidecar, visible: visible(namespace), viewFor }),
      );
    },
  };
}

interface ScopeParts {
  readonly namespace: string;
  readonly captured: boolean;
  readonly sidecar: SidecarResource | undefined;
  readonly visible: EgressView;
  viewFor(key: string, make: () => EgressView): EgressView;
}

function buildScope(input: ScopeInput, parts: ScopeParts): ProxyScope {
  const { captured, sidecar, visible } = parts;
  const outbound = sidecar?.spec.outboundTrafficPolicy?.mode ?? input.mesh.outboundTrafficPolicy.mode;
  const egressProxy = outbound === 'ALLOW_ANY' ? sidecar?.spec.outboundTrafficPolicy?.egressProxy : undefined;
  const egressCluster =
    egressProxy?.port === undefined
      ? undefined
      : outboundClusterName(egressProxy.port.number, egressProxy.subset ?? '', egressProxy.host.toLowerCase());
  const egress = sidecar?.spec.egress ?? [];
  if (sidecar === undefined || egress.length === 0) {
    const all = allPorts(visible, captured);
    return { sidecar, view: visible, egress: [all], ingress: ingressOf(sidecar, captured), outbound, egressCluster };
  }
  const key = `${parts.namespace}|${sidecar.namespace}/${sidecar.name}`;
  const listeners = egress.map((listener, position) => {
    const view = parts.viewFor(`${key}|${position}`, () => importedView(visible, listener, parts.namespace));
    const from = provenanceOf(sidecar, `egress[${position}]`);
    return egressListener(listener, view, captured, from);
  });
  const view = parts.viewFor(key, () => unionView(input, visible, listeners, egressProxy?.host));
  return { sidecar, view, egress: listeners, ingress: ingressOf(sidecar, captured), outbound, egressCluster };
}

function visibleView({ mesh }: ScopeInput, everything: EgressView, namespace: string): EgressView {
  const services = everything.services.filter((service) =>
    isExportedTo(service.exportTo, mesh.defaultServiceExportTo, service.namespace, namespace),
  );
  const rules = everything.virtualServices.filter(({ resource }) =>
    isExportedTo(resource.spec.exportTo, mesh.defaultVirtualServiceExportTo, resource.namespace, namespace),
  );
  const { chosen, others } = oneOfEachHost(services, (service) => closeness(service, mesh, namespace));
  const all = chosen.length === everything.services.length && rules.length === everything.virtualServices.length;
  return all ? everything : egressView(chosen, rules, others);
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

function importedView(visible: EgressView, listener: SidecarEgress, namespace: string): EgressView {
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
function unionView(
  input: ScopeInput,
  visible: EgressView,
  listeners: readonly EgressListener[],
  egressProxy: string | undefined,
): EgressView {
  const hosts = new Set(listeners.flatMap(({ view }) => view.services.map(({ host }) => host)));
  if (egressProxy !== undefined) hosts.add(egressProxy.toLowerCase());
  const rules = new Set(listeners.flatMap(({ view }) => view.virtualServices));
  for (const imported of rules) {
    for (const host of input.destinations(imported)) hosts.add(host);
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

function allPorts(view: EgressView, captured: boolean): EgressListener {
  const captureMode = captured ? 'IPTABLES' : 'NONE';
  return { port: undefined, protocol: '', name: '', bind: '', captureMode, view, from: undefined };
}

function egressListener(
  listener: SidecarEgress,
  view: EgressView,
  captured: boolean,
  from: Provenance,
): EgressListener {
  return {
    port: listener.port?.number,
    protocol: listener.port?.protocol ?? '',
    name: listener.port?.name ?? '',
    bind: listener.bind ?? '',
    captureMode: captureMode(listener.captureMode, captured),
    view,
    from,
  };
}

function ingressOf(sidecar: SidecarResource | undefined, captured: boolean): readonly IngressListener[] {
  if (sidecar === undefined) return [];
  return (sidecar.spec.ingress ?? []).map((listener, position) => ({
    port: listener.port.number,
    protocol: listener.port.protocol,
    name: listener.port.name,
    bind: listener.bind ?? '',
    captureMode: captureMode(listener.captureMode, captured),
    defaultEndpoint: listener.defaultEndpoint,
    tls: listener.tls,
    connectionPool: listener.connectionPool ?? sidecar.spec.inboundConnectionPool,
    from: provenanceOf(sidecar, `ingress[${position}]`),
  }));
}

function captureMode(written: SidecarIngress['captureMode'], captured: boolean): 'NONE' | 'IPTABLES' {
  if (written === 'NONE') return 'NONE';
  if (written === 'IPTABLES') return 'IPTABLES';
  return captured ? 'IPTABLES' : 'NONE';
}
