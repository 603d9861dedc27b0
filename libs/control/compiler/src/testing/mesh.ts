/** A mesh from YAML for tests: every WorkloadGroup has one registered and healthy workload, on ports that follow from its place. */

import { createRegistry, type ProxyDescription, type Registry } from '@weft/control-registry';
import { testProxy } from '@weft/control-registry/testing';
import { createManualClock } from '@weft/kernel';
import {
  type AnyResource,
  createModel,
  defaultMeshConfig,
  describeViolation,
  type MeshConfig,
  type Model,
  parseDocuments,
} from '@weft/model';
import type { Context } from '../context.ts';
import type { CompileInput } from '../input.ts';
import { createWorldFactory } from '../world.ts';

/** A root that nobody holds the key of. */
export const rootsPem = `-----BEGIN CERTIFICATE-----
MIIBhzCCAS2gAwIBAgIUR6LuYx/W+J1emq0MFP+Ooad1lDMwCgYIKoZIzj0EAwIw
GDEWMBQGA1UECgwNY2x1c3Rlci5sb2NhbDAgFw0yNjExMjExMjI2NTJaGA8yMTI2
MTAyODEyMjY1MlowGDEWMBQGA1UECgwNY2x1c3Rlci5sb2NhbDBZMBMGByqGSM49
AgEGCCqGSM49AwEHA0IABDcXoGe6F8HsfQ5DIIWy45p+0jGrPJSK/3VxjYTe/Kb4
kr8OuqjJFKK5Lt73Twze1T3XOraOMkzLwakdh3SJzDOjUzBRMB0GA1UdDgQWBBS/
E4xBbZrsAefbW4fXjhDkCLRGATAfBgNVHSMEGDAWgBS/E4xBbZrsAefbW4fXjhDk
CLRGATAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIAsPfSbbaYSt
Ertwzk+0lKLxD/UsHWXGjsTsUPch/VKPAiEAwy1AV8dm3cZsfKcSECNJ+ZeuSSvm
txbCZBZxwKgRin0=
-----END CERTIFICATE-----
`;

export interface TestMesh {
  readonly registry: Registry;
  /** By name of the WorkloadGroup. */
  readonly proxies: ReadonlyMap<string, ProxyDescription>;
  /** That of a WorkloadGroup. @throws Error where there is no such group. */
  proxy(group: string): ProxyDescription;
  input(): CompileInput;
  /** Replaces the configuration; workloads stay, and so do the resources of files with equal text. */
  change(files: Readonly<Record<string, string>>): void;
}

export interface TestMeshOptions {
  /** By name of the WorkloadGroup: what differs from `describeProxy`. */
  readonly proxies?: Readonly<Record<string, Partial<ProxyDescription>>>;
  readonly mesh?: MeshConfig;
  readonly keySets?: ReadonlyMap<string, string>;
}

/** @param files text by name. @throws Error with all violations where the YAML is refused. */
export function createTestMesh(files: Readonly<Record<string, string>>, options: TestMeshOptions = {}): TestMesh {
  const parse = createParser();
  let model = parse(files);
  const registry = createRegistry({
    model,
    clock: createManualClock(),
    domain: 'cluster.local',
    trustDomain: 'cluster.local',
  });
  const proxies = new Map<string, ProxyDescription>();
  for (const [index, group] of model.byKind('WorkloadGroup').entries()) {
    const labels = group.spec.metadata?.labels ?? {};
    const described = describeProxy(group.namespace, group.name, labels, 21_000 + index * 10);
    const proxy = { ...described, ...options.proxies?.[group.name] };
    proxies.set(group.name, proxy);
    registry.register(proxy);
    registry.setHealth(proxy.id, true, '');
  }
  return {
    registry,
    proxies,
    proxy(group) {
      const proxy = proxies.get(group);
      if (proxy === undefined) throw new Error(`there is no WorkloadGroup ${group}`);
      return proxy;
    },
    input: () => ({
      model,
      registry: registry.view(),
      mesh: options.mesh ?? defaultMeshConfig,
      keySets: options.keySets ?? new Map(),
      domain: 'cluster.local',
      trustDomain: 'cluster.local',
      rootsPem,
    }),
    change(next) {
      model = parse(next);
      registry.setModel(model);
    },
  };
}

/** Of a compilation whose resources nobody looks at. */
export function contextOf(input: CompileInput, proxy: ProxyDescription): Context {
  const world = createWorldFactory()(input);
  return { world, proxy, scope: world.scope(proxy), emit() {}, emitAll() {} };
}

/** A gateway where its labels say so (`istio: ingressgateway`), else a sidecar with one HTTP and one gRPC port. */
export function describeProxy(
  namespace: string,
  name: string,
  labels: Readonly<Record<string, string>>,
  base: number,
): ProxyDescription {
  const isGateway = labels.istio === 'ingressgateway';
  return testProxy(name, {
    type: isGateway ? 'router' : 'sidecar',
    namespace,
    serviceAccount: name.replace(/-v\d+$/, ''),
    labels,
    ingress: isGateway
      ? []
      : [
          { name: 'http', bind: '127.0.0.1', port: base + 3, defaultEndpoint: `127.0.0.1:${base}` },
          { name: 'grpc', bind: '127.0.0.1', port: base + 4, defaultEndpoint: `127.0.0.1:${base + 1}` },
        ],
    egressProxy: isGateway ? undefined : { bind: '127.0.0.1', port: base + 2 },
  });
}

/** A proxyless client in a namespace. */
export function describeGrpcClient(namespace: string): ProxyDescription {
  return testProxy('client', { type: 'grpc', namespace, serviceAccount: '', gatewayBind: '', workloadGroup: '' });
}

/** Like a watched folder: a file that did not change keeps its resources. */
function createParser(): (files: Readonly<Record<string, string>>) => Model {
  const known = new Map<string, readonly AnyResource[]>();
  return (files) =>
    createModel(
      Object.entries(files).flatMap(([file, text]) => {
        const key = `${file}\n${text}`;
        const resources = known.get(key) ?? parseFile(file, text);
        known.set(key, resources);
        return resources;
      }),
    );
}

function parseFile(file: string, text: string): readonly AnyResource[] {
  const { resources, violations } = parseDocuments(file, text);
  if (violations.length > 0) throw new Error(violations.map(describeViolation).join('\n'));
  return resources;
}
