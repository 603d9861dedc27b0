/** Instances of Services as Kubernetes knows them: the endpoints of EndpointSlices, with what their Pods and Nodes say. */

import { type Model, type Resource, resourceKey, type SliceEndpoint } from '@weft/model';
import type { ServiceDefinition } from '../definition.ts';
import type { InstanceView } from '../view.ts';
import { factsOfPod, localityOf, type PodFacts } from './pod-workload.ts';

export interface SliceIndex {
  /** Each address once. What nothing changed is the same object as in the last index of the same cache. */
  instancesOf(definition: ServiceDefinition): readonly InstanceView[];
}

/** What was made of an endpoint, and of what else: as long as all of it is the same, so is the instance. */
interface Made {
  readonly inputs: readonly unknown[];
  readonly instance: InstanceView;
}

/** Kept by the registry over all models. */
export type SliceCache = WeakMap<SliceEndpoint, Map<string, Made>>;

type Slice = Resource<'EndpointSlice'>;

const serviceNameLabel = 'kubernetes.io/service-name';

export function createSliceIndex(model: Model, trustDomain: string, cache: SliceCache): SliceIndex {
  const byService = new Map<string, Slice[]>();
  for (const slice of model.byKind('EndpointSlice')) {
    const name = slice.labels[serviceNameLabel];
    if (name === undefined || slice.spec.addressType === 'FQDN') continue;
    const key = resourceKey({ namespace: slice.namespace, name });
    const list = byService.get(key);
    if (list === undefined) byService.set(key, [slice]);
    else list.push(slice);
  }
  const podsAreKnown = model.byKind('Pod').length > 0;

  const instanceOf = (
    definition: ServiceDefinition,
    slice: Slice,
    endpoint: SliceEndpoint,
    address: string,
  ): InstanceView | undefined => {
    const { targetRef, nodeName } = endpoint;
    const isPod = targetRef?.kind === 'Pod';
    const pod = isPod ? model.get('Pod', targetRef.namespace ?? slice.namespace, targetRef.name ?? '') : undefined;
    // Slices may come before the pods: who it is and whether it takes mutual TLS is not to be guessed.
    if (isPod && pod === undefined && podsAreKnown) return undefined;
    const node = model.get('Node', '', pod?.spec.nodeName ?? nodeName ?? '');
    const inputs = [definition, slice.spec.ports, pod, node, trustDomain];
    const known = cache.get(endpoint)?.get(address);
    if (known?.inputs.every((input, index) => input === inputs[index]) === true) return known.instance;
    const facts: PodFacts =
      pod === undefined ? factsOfAddress(slice, endpoint, model) : factsOfPod(pod, model, trustDomain, nodeName);
    const healthy = endpoint.conditions?.ready !== false;
    const instance: InstanceView = { ...facts, address, healthy, weight: 1, ports: portsOf(definition, slice) };
    const made = cache.get(endpoint) ?? new Map<string, Made>();
    cache.set(endpoint, made.set(address, { inputs, instance }));
    return instance;
  };

  return {
    instancesOf(definition) {
      const slices = definition.slices ? byService.get(resourceKey(definition)) : undefined;
      if (slices === undefined) return [];
      const found = new Map<string, InstanceView>();
      for (const slice of slices) {
        for (const endpoint of slice.spec.endpoints) {
          const { ready, terminating } = endpoint.conditions ?? {};
          if (terminating === true && ready !== true) continue;
          for (const address of endpoint.addresses) {
            const instance = instanceOf(definition, slice, endpoint, address);
            if (instance === undefined || instance.ports.size === 0) continue;
            const key = `${address}|${[...instance.ports].join(';')}`;
            // While endpoints move between slices they may stand in two of them.
            if (found.get(key)?.healthy !== true) found.set(key, instance);
          }
        }
      }
      return [...found.values()];
    },
  };
}

/** Of an endpoint that is no pod: a machine that somebody wrote down, or a node. */
function factsOfAddress(slice: Slice, { nodeName, zone, targetRef }: SliceEndpoint, model: Model): PodFacts {
  return {
    labels: {},
    locality: localityOf(model, nodeName) || (zone === undefined ? '' : `/${zone}`),
    network: '',
    namespace: slice.namespace,
    spiffeId: '',
    mutualTls: false,
    workloadName: targetRef?.name ?? slice.name,
  };
}

/** Ports belong together by name; a slice's port without a number stands for every port. */
function portsOf(definition: ServiceDefinition, { spec }: Slice): ReadonlyMap<number, number> {
  const ports = new Map<number, number>();
  for (const [index, port] of definition.ports.entries()) {
    const found = spec.ports.find(({ name, protocol }) => name === port.name && protocol === 'TCP');
    const target = definition.targets[index]?.target;
    if (found !== undefined) ports.set(port.number, found.port ?? (typeof target === 'number' ? target : port.number));
  }
  return ports;
}
