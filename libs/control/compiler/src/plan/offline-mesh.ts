/** A mesh from its configuration alone: as if one healthy workload of every WorkloadGroup and every Pod were there. */

import { createRegistry, type IngressPort, type ProxyDescription } from '@weft/control-registry';
import type { Clock } from '@weft/kernel';
import { type MeshConfig, type Model, picksLabels, type Resource } from '@weft/model';
import type { CompileInput } from '../input.ts';

export interface OfflineMeshOptions {
  readonly mesh: MeshConfig;
  /** "cluster.local". */
  readonly domain: string;
  readonly clock: Clock;
}

/** A configuration and the proxies that it is for: one side of a plan. */
export interface PlannedMesh {
  readonly input: CompileInput;
  readonly proxies: readonly ProxyDescription[];
}

/** Workloads of WorkloadGroups are given addresses of 127.1.0.0/16 and the ports of their application; nobody is asked. */
export function offlineMesh(model: Model, { mesh, domain, clock }: OfflineMeshOptions): PlannedMesh {
  const { trustDomain } = mesh;
  const registry = createRegistry({ model, clock, domain, trustDomain });
  const grouped = model
    .byKind('WorkloadGroup')
    .map((group, index) => proxyOfGroup(model, group, addressOf(index), { domain, trustDomain }));
  for (const proxy of grouped) {
    registry.register(proxy);
    registry.setHealth(proxy.id, true, '');
  }
  const pods = model.byKind('Pod').map((pod) => proxyOfPod(model, pod, { domain, trustDomain }));
  const input = { model, registry: registry.view(), mesh, domain, trustDomain, keySets: new Map(), rootsPem: '' };
  for (const { id } of grouped) registry.disconnect(id);
  return { input, proxies: [...grouped, ...pods] };
}

/** A client of a namespace that no document describes, behind a sidecar that its application uses as HTTP proxy. */
export function offlineClient(namespace: string, name: string, trustDomain: string, domain: string): ProxyDescription {
  return describe({ namespace, name, labels: {}, serviceAccount: name, address: '127.1.255.1', trustDomain, domain });
}

interface Names {
  readonly domain: string;
  readonly trustDomain: string;
}

interface Described extends Names {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly serviceAccount: string;
  readonly address: string;
}

const egressPort = 15_001;

function describe({
  namespace,
  name,
  labels,
  serviceAccount,
  address,
  trustDomain,
  domain,
}: Described): ProxyDescription {
  return {
    id: `sidecar~${address}~${name}.${namespace}~${namespace}.svc.${domain}`,
    type: 'sidecar',
    namespace,
    serviceAccount,
    workloadName: name,
    labels,
    address,
    addresses: [address],
    interception: 'NONE',
    locality: '',
    network: '',
    clusterId: '',
    ingress: [],
    egressProxy: { bind: address, port: egressPort },
    gatewayBind: '0.0.0.0',
    trustDomain,
    workloadGroup: '',
  };
}

function proxyOfGroup(model: Model, group: Resource<'WorkloadGroup'>, address: string, names: Names): ProxyDescription {
  const { metadata, template } = group.spec;
  const labels = { ...metadata?.labels, ...template.labels };
  const { namespace, name } = group;
  const described = describe({
    ...names,
    ...{ namespace, name, labels, address },
    serviceAccount: template.serviceAccount ?? 'default',
  });
  const own = { ...described, workloadGroup: `${namespace}/${name}`, locality: template.locality ?? '' };
  if (isGateway(model, labels)) return asGateway(own);
  return { ...own, ingress: ingressOf(model, group, labels, address) };
}

function proxyOfPod(model: Model, pod: Resource<'Pod'>, names: Names): ProxyDescription {
  const { namespace, name, labels, spec } = pod;
  const address = spec.status?.podIP ?? '127.1.255.2';
  const serviceAccount = spec.serviceAccountName ?? 'default';
  const described = describe({ ...names, namespace, name, labels, serviceAccount, address });
  if (isGateway(model, labels)) return asGateway(described);
  return { ...described, interception: 'REDIRECT', egressProxy: undefined };
}

function isGateway(model: Model, labels: Readonly<Record<string, string>>): boolean {
  return model.byKind('Gateway').some(({ spec }) => picksLabels(spec.selector, labels));
}

function asGateway(proxy: ProxyDescription): ProxyDescription {
  const id = proxy.id.replace(/^sidecar/, 'router');
  return { ...proxy, id, type: 'router', egressProxy: undefined, ingress: [] };
}

/** The ports that the Services of the group lead to, each once. */
function ingressOf(
  model: Model,
  { namespace, spec }: Resource<'WorkloadGroup'>,
  labels: Readonly<Record<string, string>>,
  bind: string,
): readonly IngressPort[] {
  const found = new Map<string, IngressPort>();
  const taken = new Set<number>();
  for (const service of model.byKind('Service')) {
    if (service.namespace !== namespace || !picksLabels(service.spec.selector, labels)) continue;
    for (const { name, port, targetPort = port } of service.spec.ports) {
      const wanted = typeof targetPort === 'number' ? targetPort : (spec.template.ports?.[targetPort] ?? port);
      const key = String(targetPort);
      if (found.has(key)) continue;
      let number = wanted;
      while (taken.has(number)) number += 1;
      taken.add(number);
      const own = typeof targetPort === 'string' ? targetPort : name;
      found.set(key, { name: own, bind, port: number, defaultEndpoint: `127.0.0.1:${number}` });
    }
  }
  return [...found.values()];
}

function addressOf(index: number): string {
  return `127.1.${Math.floor(index / 250)}.${(index % 250) + 1}`;
}
