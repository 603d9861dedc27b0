/** A configuration as analysers read it: resources, the services they come to, and the workloads that could be selected. */

import type { ServiceView } from '@weft/control-registry';
import { type AnyResource, type MeshConfig, type Model, picksLabels, type Resource, resolveHost } from '@weft/model';
import type { CompileInput } from '../input.ts';
import { hostCovers, type ModelIndex } from '../model-index.ts';
import { createWorldFactory, type World } from '../world.ts';

export interface AnalysedWorkload {
  /** "WorkloadGroup shop/order", "Pod shop/order-1". */
  readonly what: string;
  readonly namespace: string;
  readonly labels: Labels;
}

type Labels = Readonly<Record<string, string>>;

export interface AnalysedMesh {
  readonly model: Model;
  readonly mesh: MeshConfig;
  readonly index: ModelIndex;
  readonly policies: World['policies'];
  readonly services: ReadonlyMap<string, ServiceView>;
  /** Each set of labels of a namespace once. */
  readonly workloads: readonly AnalysedWorkload[];
  /** The full name of a host that a resource of a namespace writes, as the registry knows it. */
  expand(host: string, namespace: string): string;
  /** By full name; a name within a ServiceEntry's pattern is found too. */
  service(host: string): ServiceView | undefined;
  /** Those that the service selects; nothing for one without selector. */
  workloadsOf(service: ServiceView): readonly AnalysedWorkload[];
  /** The Service or ServiceEntry that defines it. */
  definitionOf(service: ServiceView): Resource<'Service'> | Resource<'ServiceEntry'> | undefined;
  /** What clients of a namespace do with a host. */
  policy: World['policy'];
}

export function analysedMesh(input: CompileInput): AnalysedMesh {
  const world = createWorldFactory()(input);
  const { model, registry, mesh, domain } = input;
  const workloads = workloadsOfModel(input);
  const definitions = new Map(
    [...model.byKind('Service'), ...model.byKind('ServiceEntry')].map((resource) => [nameOf(resource), resource]),
  );
  const definitionOf: AnalysedMesh['definitionOf'] = ({ from }) => definitions.get(from.resource);
  return {
    model,
    mesh,
    index: world.index,
    policies: world.policies,
    services: registry.services,
    workloads,
    expand: (host, namespace) => world.canonical(resolveHost(host, namespace, domain).toLowerCase()),
    service: (host) => registry.services.get(host) ?? patternOf(registry.services, host),
    workloadsOf(service) {
      const definition = definitionOf(service);
      const selector = definition === undefined ? {} : selectorOf(definition);
      return workloads.filter(
        ({ namespace, labels }) => namespace === service.namespace && picksLabels(selector, labels),
      );
    },
    definitionOf,
    policy: world.policy,
  };
}

/** "VirtualService shop/payment". */
export function nameOf(resource: Pick<AnyResource, 'kind' | 'namespace' | 'name'>): string {
  return `${resource.kind} ${resource.namespace === '' ? '' : `${resource.namespace}/`}${resource.name}`;
}

export function selectorOf(definition: Resource<'Service'> | Resource<'ServiceEntry'>): Labels {
  if (isService(definition)) return definition.spec.selector;
  return definition.spec.workloadSelector?.labels ?? {};
}

function isService(definition: Resource<'Service'> | Resource<'ServiceEntry'>): definition is Resource<'Service'> {
  return definition.kind === 'Service';
}

function patternOf(services: ReadonlyMap<string, ServiceView>, host: string): ServiceView | undefined {
  for (const [pattern, service] of services) if (pattern.startsWith('*') && hostCovers(pattern, host)) return service;
  return undefined;
}

function workloadsOfModel({ model, registry }: CompileInput): readonly AnalysedWorkload[] {
  const found = new Map<string, AnalysedWorkload>();
  const add = (what: string, namespace: string, labels: Labels): void => {
    const key = `${namespace}|${Object.entries(labels).sort().join('|')}`;
    if (!found.has(key)) found.set(key, { what, namespace, labels });
  };
  for (const group of model.byKind('WorkloadGroup')) {
    add(nameOf(group), group.namespace, { ...group.spec.metadata?.labels, ...group.spec.template.labels });
  }
  for (const entry of model.byKind('WorkloadEntry')) {
    add(nameOf(entry), entry.namespace, { ...entry.labels, ...entry.spec.labels });
  }
  for (const pod of model.byKind('Pod')) add(nameOf(pod), pod.namespace, pod.labels);
  for (const entry of model.byKind('ServiceEntry')) {
    for (const endpoint of entry.spec.endpoints ?? []) {
      if (endpoint.labels !== undefined) add(nameOf(entry), entry.namespace, endpoint.labels);
    }
  }
  for (const { instances } of registry.services.values()) {
    for (const { namespace, workloadName, labels } of instances) {
      if (Object.keys(labels).length > 0) add(`workload ${namespace}/${workloadName}`, namespace, labels);
    }
  }
  return [...found.values()];
}
