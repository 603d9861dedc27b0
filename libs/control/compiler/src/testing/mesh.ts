/** A mesh from YAML for tests: every WorkloadGroup has one registered and healthy workload, on ports that follow from its place. */

import { createRegistry, type ProxyDescription, type Registry } from '@weft/control-registry';
import { createManualClock } from '@weft/kernel';
import { createModel, describeViolation, type Model, parseDocuments } from '@weft/model';
import type { CompileInput } from '../input.ts';

export const rootsPem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';

export interface TestMesh {
  readonly registry: Registry;
  /** By name of the WorkloadGroup. */
  readonly proxies: ReadonlyMap<string, ProxyDescription>;
  input(): CompileInput;
  /** Replaces the configuration; workloads stay. */
  change(yaml: string): void;
}

/** @throws Error with all violations where the YAML is refused. */
export function createTestMesh(yaml: string, file = 'mesh.yaml'): TestMesh {
  let model = parseModel(file, yaml);
  const registry = createRegistry({
    model,
    clock: createManualClock(),
    domain: 'cluster.local',
    trustDomain: 'cluster.local',
  });
  const proxies = new Map<string, ProxyDescription>();
  for (const [index, group] of model.byKind('WorkloadGroup').entries()) {
    const labels = group.spec.metadata?.labels ?? {};
    const proxy = describeProxy(group.namespace, group.name, labels, 21_000 + index * 10);
    proxies.set(group.name, proxy);
    registry.register(proxy);
    registry.setHealth(proxy.id, true, '');
  }
  return {
    registry,
    proxies,
    input: () => ({
      model,
      registry: registry.view(),
      domain: 'cluster.local',
      trustDomain: 'cluster.local',
      rootsPem,
    }),
    change(next) {
      model = parseModel(file, next);
      registry.setModel(model);
    },
  };
}

/** A gateway where its labels say so (`istio: ingressgateway`), else a sidecar with one HTTP and one gRPC port. */
export function describeProxy(
  namespace: string,
  name: string,
  labels: Readonly<Record<string, string>>,
  base: number,
): ProxyDescription {
  const isGateway = labels.istio === 'ingressgateway';
  return {
    id: `${isGateway ? 'router' : 'sidecar'}~127.0.0.1~${name}.${namespace}~${namespace}.svc.cluster.local`,
    type: isGateway ? 'router' : 'sidecar',
    namespace,
    serviceAccount: name.replace(/-v\d+$/, ''),
    workloadName: name,
    labels,
    address: '127.0.0.1',
    ingress: isGateway
      ? []
      : [
          { name: 'http', bind: '127.0.0.1', port: base + 3, defaultEndpoint: `127.0.0.1:${base}` },
          { name: 'grpc', bind: '127.0.0.1', port: base + 4, defaultEndpoint: `127.0.0.1:${base + 1}` },
        ],
    egressProxy: isGateway ? undefined : { bind: '127.0.0.1', port: base + 2 },
    gatewayBind: '127.0.0.1',
    trustDomain: 'cluster.local',
    workloadGroup: `${namespace}/${name}`,
  };
}

/** A proxyless client in a namespace. */
export function describeGrpcClient(namespace: string): ProxyDescription {
  return {
    id: `sidecar~127.0.0.1~client.${namespace}~${namespace}.svc.cluster.local`,
    type: 'grpc',
    namespace,
    serviceAccount: '',
    workloadName: 'client',
    labels: {},
    address: '127.0.0.1',
    ingress: [],
    egressProxy: undefined,
    gatewayBind: '',
    trustDomain: 'cluster.local',
    workloadGroup: '',
  };
}

function parseModel(file: string, yaml: string): Model {
  const { resources, violations } = parseDocuments(file, yaml);
  if (violations.length > 0) throw new Error(violations.map(describeViolation).join('\n'));
  return createModel(resources);
}
