/** One form for what a Service and a ServiceEntry define, before instances are looked up. */

import { describeProvenance, type Provenance } from '@weft/kernel';
import type { Model, Resource, WorkloadEntrySpec } from '@weft/model';
import { compareByAge } from '@weft/model';
import { selectProtocol } from './protocol.ts';
import type { ServicePortView, ServiceView } from './view.ts';
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
  readonly resolution: ServiceView['resolution'];
  /** Empty: no workload is selected. */
  readonly selector: Readonly<Record<string, string>>;
  /** Of a ServiceEntry. */
  readonly endpoints: readonly WorkloadEntrySpec[];
  readonly from: Provenance;
  readonly notices: readonly string[];
}

type Defining = Resource<'Service'> | Resource<'ServiceEntry'>;

/**
 * All services of a model by host, in order of host; notices sorted, each once. Where two resources define one host, a Service wins over a ServiceEntry and the older over the younger; the loser is noted.
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
      if (first === undefined) {
        definitions.set(definition.host, definition);
        notices.push(...definition.notices);
      } else {
        notices.push(
          `${describeProvenance(definition.from)}: host ${definition.host} is already defined by ${describeProvenance(first.from)}, which is used`,
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
  const sorted = [...definitions].sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));
  return { definitions: new Map(sorted), notices: [...new Set(notices)].sort() };
}

function ofService(service: Resource<'Service'>, domain: string): ServiceDefinition {
  const notices: string[] = [];
  const ports = service.spec.ports.map((port, index) => {
    const { protocol, declared } = selectProtocol(port.name, port.appProtocol);
    const from = provenance(service, `ports[${index}]`);
    if (!declared) notices.push(`${describeProvenance(from)}: port ${port.port} names no protocol and is taken as tcp`);
    return { name: port.name, number: port.port, protocol, from };
  });
  return {
    host: `${service.name}.${service.namespace}.svc.${domain}`.toLowerCase(),
    name: service.name,
    namespace: service.namespace,
    ports,
    targets: service.spec.ports.map((port) => ({ target: port.targetPort })),
    meshInternal: true,
    resolution: 'endpoints',
    selector: service.spec.selector,
    endpoints: [],
    from: provenance(service, ''),
    notices,
  };
}

function ofServiceEntry(entry: Resource<'ServiceEntry'>, host: string, hostIndex: number): ServiceDefinition {
  const { spec } = entry;
  const resolution = spec.resolution === 'STATIC' ? 'endpoints' : spec.resolution === 'DNS' ? 'dns' : 'none';
  const notices: string[] = [];
  const ports = spec.ports.map((port, index) => {
    const { protocol, declared } = selectProtocol(port.name, port.protocol);
    const from = provenance(entry, `ports[${index}]`);
    if (!declared)
      notices.push(`${describeProvenance(from)}: port ${port.number} names no protocol and is taken as tcp`);
    return { name: port.name, number: port.number, protocol, from };
  });
  return {
    host: host.toLowerCase(),
    name: host.toLowerCase(),
    namespace: entry.namespace,
    ports,
    targets: spec.ports.map((port) => ({ target: port.targetPort })),
    meshInternal: spec.location === 'MESH_INTERNAL',
    resolution,
    selector: spec.workloadSelector?.labels ?? {},
    endpoints: implicitEndpoints(spec.endpoints ?? [], host, resolution),
    from: provenance(entry, `hosts[${hostIndex}]`),
    notices,
  };
}

/** DNS without endpoints resolves the host itself. So does NONE, which has no other meaning where no traffic is captured. */
function implicitEndpoints(
  endpoints: readonly WorkloadEntrySpec[],
  host: string,
  resolution: ServiceView['resolution'],
): readonly WorkloadEntrySpec[] {
  if (resolution === 'none') return host.startsWith('*') ? [] : [{ address: host.toLowerCase() }];
  if (resolution === 'dns' && endpoints.length === 0 && !host.startsWith('*')) return [{ address: host.toLowerCase() }];
  return endpoints;
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
