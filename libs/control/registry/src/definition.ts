/** One form for what a Service and a ServiceEntry define, before instances are looked up. */

import { describeProvenance, type Provenance } from '@weft/kernel';
import type { Model, Resource, WorkloadEntrySpec } from '@weft/model';
import { compareByAge, parseLinkerdAnnotations } from '@weft/model';
import { selectProtocol } from './protocol.ts';
import type { Resolution, ServicePortView } from './view.ts';
import type { PortTarget } from './workload.ts';

/** Made once per resource and kept while the resource is the same object. */
export interface ServiceDefinition {
  readonly host: string;
  readonly name: string;
  readonly namespace: string;
  readonly ports: readonly ServicePortView[];
  /** In the order of `ports`. */
  readonly targets: readonly PortTarget[];
  readonly meshInternal: boolean;
  readonly resolution: Resolution;
  readonly exportTo: readonly string[] | undefined;
  readonly addresses: readonly string[];
  readonly headless: boolean;
  readonly subjectAltNames: readonly string[];
  /** Empty: no workload is selected. */
  readonly selector: Readonly<Record<string, string>>;
  /** A Service: EndpointSlices give it instances. A ServiceEntry selects Pods by itself. */
  readonly slices: boolean;
  /** Of a ServiceEntry. */
  readonly endpoints: readonly WorkloadEntrySpec[];
  readonly from: Provenance;
  readonly notices: readonly string[];
}

type Defining = Resource<'Service'> | Resource<'ServiceEntry'>;

/**
 * All services of a model by key, in order of host; notices sorted, each once. Of one host a Service comes before a ServiceEntry and the older before the younger: the first has the host itself as key. Of one namespace there is one; another is left out and noted.
 *
 * @param known definitions of earlier calls by resource, so that what did not change is the same object.
 */
export function defineServices(
  model: Model,
  domain: string,
  known: WeakMap<object, readonly ServiceDefinition[]>,
): { readonly definitions: ReadonlyMap<string, ServiceDefinition>; readonly notices: readonly string[] } {
  const definitions = new Map<string, ServiceDefinition>();
  const notices: string[] = [];
  const add = (resource: Defining, make: () => readonly ServiceDefinition[]): void => {
    const made = known.get(resource) ?? make();
    known.set(resource, made);
    for (const definition of made) {
      const first = definitions.get(definition.host);
      const further = furtherKey(definition);
      const twin = first?.namespace === definition.namespace ? first : definitions.get(further);
      if (first === undefined || twin === undefined) {
        definitions.set(first === undefined ? definition.host : further, definition);
        notices.push(...definition.notices);
      } else {
        notices.push(
          `${describeProvenance(definition.from)}: host ${definition.host} is already defined by ${describeProvenance(twin.from)}, which is used`,
        );
      }
    }
  };
  for (const service of [...model.byKind('Service')].sort(compareByAge)) {
    add(service, () => [ofService(service, domain)]);
  }
  for (const entry of [...model.byKind('ServiceEntry')].sort(compareByAge)) {
    add(entry, () => entry.spec.hosts.map((host, index) => ofServiceEntry(entry, host, index)));
  }
  const sorted = [...definitions].sort(([, { host: left }], [, { host: right }]) =>
    left < right ? -1 : left > right ? 1 : 0,
  );
  return { definitions: new Map(sorted), notices: [...new Set(notices)].sort() };
}

/** Key of a definition whose host is another's key: no host has a space. */
function furtherKey({ host, namespace }: ServiceDefinition): string {
  return `${host} ${namespace}`;
}

/** False: it is not among them, or another object is in its place. */
export function isAmong(definitions: ReadonlyMap<string, ServiceDefinition>, definition: ServiceDefinition): boolean {
  return definitions.get(definition.host) === definition || definitions.get(furtherKey(definition)) === definition;
}

function ofService(service: Resource<'Service'>, domain: string): ServiceDefinition {
  const notices: string[] = [];
  const { spec } = service;
  const opaque = opaquePorts(service.annotations);
  const written = spec.ports.map((port, index) => ({ port, index })).filter(({ port }) => isOfMesh(port.protocol));
  const ports = written.map(({ port, index }) => {
    const { protocol, declared } = opaque(port.port)
      ? { protocol: 'tcp' as const, declared: true }
      : selectProtocol(port.name, port.appProtocol);
    const from = provenance(service, `ports[${index}]`);
    const sniffed = !declared && !wellKnownTcpPorts.has(port.port);
    if (sniffed) notices.push(`${describeProvenance(from)}: port ${port.port} names no protocol and is taken as tcp`);
    return { name: port.name, number: port.port, protocol, sniffed, from };
  });
  const isExternalName = spec.type === 'ExternalName';
  const headless = spec.clusterIP === 'None';
  return {
    host: `${service.name}.${service.namespace}.svc.${domain}`.toLowerCase(),
    name: service.name,
    namespace: service.namespace,
    ports,
    targets: written.map(({ port }) => ({ target: isExternalName ? port.port : port.targetPort })),
    meshInternal: !isExternalName,
    resolution: isExternalName ? 'dns' : 'endpoints',
    exportTo: exportToOf(service.annotations[exportToAnnotation]),
    addresses: headless || isExternalName ? [] : virtualAddresses(spec),
    headless,
    subjectAltNames: [],
    selector: isExternalName ? {} : spec.selector,
    slices: !isExternalName,
    endpoints: isExternalName && spec.externalName !== undefined ? [{ address: spec.externalName }] : [],
    from: provenance(service, ''),
    notices,
  };
}

function ofServiceEntry(entry: Resource<'ServiceEntry'>, host: string, hostIndex: number): ServiceDefinition {
  const { spec } = entry;
  const resolution = resolutions[spec.resolution] ?? 'none';
  const notices: string[] = [];
  const ports = spec.ports.map((port, index) => {
    const { protocol, declared } = selectProtocol(port.name, port.protocol);
    const from = provenance(entry, `ports[${index}]`);
    const sniffed = !declared && !wellKnownTcpPorts.has(port.number);
    if (sniffed) notices.push(`${describeProvenance(from)}: port ${port.number} names no protocol and is taken as tcp`);
    return { name: port.name, number: port.number, protocol, sniffed, from };
  });
  return {
    host: host.toLowerCase(),
    name: host.toLowerCase(),
    namespace: entry.namespace,
    ports,
    targets: spec.ports.map((port) => ({ target: port.targetPort })),
    meshInternal: spec.location === 'MESH_INTERNAL',
    resolution,
    exportTo: spec.exportTo,
    addresses: spec.addresses ?? [],
    headless: false,
    subjectAltNames: spec.subjectAltNames ?? [],
    selector: spec.workloadSelector?.labels ?? {},
    slices: false,
    endpoints: implicitEndpoints(spec.endpoints ?? [], host, resolution),
    from: provenance(entry, `hosts[${hostIndex}]`),
    notices,
  };
}

/** DNS without endpoints resolves the host itself. So does NONE, which has no other meaning where no traffic is captured. */
function implicitEndpoints(
  endpoints: readonly WorkloadEntrySpec[],
  host: string,
  resolution: Resolution,
): readonly WorkloadEntrySpec[] {
  if (resolution === 'none') return host.startsWith('*') ? [] : [{ address: host.toLowerCase() }];
  if (resolution !== 'endpoints' && endpoints.length === 0 && !host.startsWith('*')) {
    return [{ address: host.toLowerCase() }];
  }
  return endpoints;
}

/** Protocols whose server speaks first, on the ports that everyone knows: looking at the client's bytes would wait for ever. */
const wellKnownTcpPorts: ReadonlySet<number> = new Set([25, 53, 3306, 27_017]);

const exportToAnnotation = 'networking.istio.io/exportTo';

const resolutions: Readonly<Record<string, Resolution>> = {
  STATIC: 'endpoints',
  DNS: 'dns',
  DNS_ROUND_ROBIN: 'dns-round-robin',
};

/** Linkerd's annotation of the Service: its ports that carry bytes, whatever their names say. */
function opaquePorts(annotations: Readonly<Record<string, string>>): (port: number) => boolean {
  const ranges = parseLinkerdAnnotations(annotations).value.opaquePorts ?? [];
  return (port) => ranges.some(({ first, last }) => first <= port && port <= last);
}

/** UDP and SCTP pass beside the mesh. */
function isOfMesh(protocol: string | undefined): boolean {
  return protocol === undefined || protocol === 'TCP';
}

/** "." and "shop,web" as Istio reads the annotation; absent where it says nothing. */
function exportToOf(annotation: string | undefined): readonly string[] | undefined {
  const names = (annotation ?? '').split(',').map((name) => name.trim());
  const given = names.filter((name) => name !== '');
  return given.length === 0 ? undefined : given;
}

function virtualAddresses(spec: Resource<'Service'>['spec']): readonly string[] {
  const own = spec.clusterIPs ?? (spec.clusterIP === undefined ? [] : [spec.clusterIP]);
  return [...own, ...(spec.externalIPs ?? [])].filter((address) => address !== '' && address !== 'None');
}

function provenance(resource: Defining, path: string): Provenance {
  const position = path === '' ? resource.position : resource.at(`spec.${path}`);
  return {
    resource: `${resource.kind} ${resource.namespace}/${resource.name}`,
    file: position.file,
    line: position.line,
    rule: path,
  };
}
