/** Whatever changes, and in whatever order: what is made again from what changed is what would be made from nothing. */

import { createRegistry, type ProxyDescription } from '@weft/control-registry';
import { createManualClock, createSeededRandom, type Random } from '@weft/kernel';
import { defaultMeshConfig } from '@weft/model';
import { describe, expect, it } from 'vitest';
import { compile, createCompiler } from './compile.ts';
import type { CompileInput } from './input.ts';
import type { Snapshot } from './snapshot.ts';
import { createTestMesh, describeGrpcClient, describeProxy } from './testing/mesh.ts';

const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
const apps = ['a', 'b', 'c'];
const namespaces = ['shop', 'other'];
const addresses = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'];

/** A document of each kind that endpoints, clusters and routes are made from, with a few values each. */
const kinds: readonly ((random: Random, slot: number) => string)[] = [
  (random, slot) => `apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: { name: w${slot}, namespace: ${pick(random, namespaces)} }
spec:
  address: ${pick(random, addresses)}
  labels: { app: ${pick(random, apps)}, version: ${pick(random, ['v1', 'v2'])}, security.istio.io/tlsMode: istio }
  serviceAccount: ${pick(random, apps)}
  weight: ${1 + Math.floor(random() * 3)}
`,
  (random) => `apiVersion: v1
kind: Service
metadata: { name: ${pick(random, apps)}, namespace: ${pick(random, namespaces)} }
spec:
  ${random() < 0.3 ? 'clusterIP: None' : `clusterIP: 10.9.0.${1 + Math.floor(random() * 9)}`}
  selector: { app: ${pick(random, apps)} }
  ports: [{ name: ${pick(random, ['http', 'tcp', 'grpc'])}, port: ${pick(random, [8080, 9090])} }]
`,
  (random, slot) => `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: e${slot}, namespace: ${pick(random, namespaces)} }
spec:
  hosts: [e${slot}.example.com]
  location: MESH_INTERNAL
  resolution: ${pick(random, ['STATIC', 'DNS'])}
  ports: [{ number: 8080, name: http, protocol: HTTP }]
  endpoints: [{ address: ${pick(random, addresses)}, labels: { version: ${pick(random, ['v1', 'v2'])} } }]
`,
  (random, slot) => `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: d${slot}, namespace: ${pick(random, namespaces)} }
spec:
  host: ${pick(random, apps)}.shop.svc.cluster.local
  trafficPolicy: { outlierDetection: { consecutive5xxErrors: ${1 + Math.floor(random() * 3)} } }
  subsets: [{ name: v1, labels: { version: v1 } }]
`,
  (random, slot) => `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: v${slot}, namespace: ${pick(random, namespaces)} }
spec:
  hosts: [${pick(random, apps)}.shop.svc.cluster.local]
  http: [{ timeout: ${1 + Math.floor(random() * 5)}s, route: [{ destination: { host: ${pick(random, apps)}.shop.svc.cluster.local } }] }]
`,
  (random) => `apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: ${pick(random, namespaces)} }
spec: { mtls: { mode: ${pick(random, ['STRICT', 'PERMISSIVE', 'DISABLE'])} } }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: own, namespace: ${pick(random, namespaces)} }
spec: { selector: { matchLabels: { app: ${pick(random, apps)} } }, mtls: { mode: ${pick(random, ['STRICT', 'DISABLE'])} } }
`,
  (random) => `apiVersion: policy.linkerd.io/v1beta3
kind: Server
metadata: { name: s, namespace: ${pick(random, namespaces)} }
spec: { podSelector: { matchLabels: { app: ${pick(random, apps)} } }, port: ${pick(random, ['http', '8080', '22000'])} }
---
apiVersion: policy.linkerd.io/v1alpha1
kind: MeshTLSAuthentication
metadata: { name: m, namespace: ${pick(random, namespaces)} }
spec: { identityRefs: [{ kind: ServiceAccount, name: ${pick(random, apps)} }] }
`,
  (random) => `apiVersion: policy.linkerd.io/v1alpha1
kind: AuthorizationPolicy
metadata: { name: a, namespace: ${pick(random, namespaces)} }
spec:
  targetRef: { group: policy.linkerd.io, kind: Server, name: s }
  requiredAuthenticationRefs: [{ group: policy.linkerd.io, kind: MeshTLSAuthentication, name: m, namespace: ${pick(random, namespaces)} }]
`,
  (random) => `apiVersion: v1
kind: Namespace
metadata: { name: ${pick(random, namespaces)}, annotations: { config.linkerd.io/default-inbound-policy: ${pick(random, ['deny', 'audit'])} } }
`,
  (random) => `apiVersion: v1
kind: Service
metadata: { name: ${pick(random, apps)}, namespace: shop, annotations: { balancer.linkerd.io/failure-accrual: consecutive, retry.linkerd.io/limit: "${pick(random, [1, 2])}" } }
spec: { selector: { app: ${pick(random, apps)} }, ports: [{ name: http, port: 8080 }] }
`,
];

const group = `apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: a, namespace: shop }
spec: { metadata: { labels: { app: a } }, template: { serviceAccount: a } }
`;

const proxies = [
  {
    ...describeProxy('shop', 'one', { app: 'a' }, 21_000),
    interception: 'REDIRECT' as const,
    address: addresses[0] ?? '',
  },
  {
    ...describeProxy('shop', 'two', { app: 'b' }, 22_000),
    interception: 'REDIRECT' as const,
    address: addresses[1] ?? '',
  },
  { ...describeProxy('other', 'three', { app: 'c' }, 23_000), locality: 'eu/a' },
  describeGrpcClient('other'),
].map((proxy) => ({ ...proxy, addresses: [proxy.address] }));

const versions = ({ resources, notices }: Snapshot): unknown => [
  [...resources].map(([type, byName]) => [type, [...byName].map(([name, { version }]) => [name, version])]),
  notices,
];

/** As a control plane that starts now would see it. */
function afresh(input: CompileInput, groups: readonly ProxyDescription[]): CompileInput {
  const { model, domain, trustDomain } = input;
  const registry = createRegistry({ model, clock: createManualClock(), domain, trustDomain });
  for (const proxy of groups) {
    registry.register(proxy);
    registry.setHealth(proxy.id, true, '');
  }
  return { ...input, registry: registry.view() };
}

describe('a mesh that changes step by step', () => {
  it.each(Array.from({ length: 16 }, (_, index) => index + 1))('compiles as one that starts anew (seed %i)', (seed) => {
    const random = createSeededRandom(seed);
    const files: Record<string, string> = { 'group.yaml': group };
    // The same key sets throughout: what one proxy has for itself is made anew where they are another object.
    const mesh = createTestMesh(files, { keySets: new Map() });
    const registered = [...mesh.proxies.values()];
    const compiler = createCompiler();
    for (let step = 0; step < 15; step++) {
      // Endpoints change most.
      const kind = random() < 0.5 ? 0 : Math.floor(random() * kinds.length);
      const slot = Math.floor(random() * 4);
      const file = `${kind}-${slot}.yaml`;
      if (random() < 0.2) delete files[file];
      else files[file] = kinds[kind]?.(random, slot) ?? '';
      const mtls = random() < 0.1 ? { ...defaultMeshConfig } : undefined;
      mesh.change(files);
      const input = { ...mesh.input(), ...(mtls === undefined ? {} : { mesh: mtls }) };
      const fresh = afresh(input, registered);
      for (const proxy of proxies) {
        expect(versions(compiler.compile(input, proxy)), `step ${step}`).toEqual(versions(compile(fresh, proxy)));
      }
    }
  });
});
