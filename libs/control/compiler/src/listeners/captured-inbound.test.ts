import { describe, expect, it } from 'vitest';
import { compile } from '../compile.ts';
import { createTestMesh } from '../testing/mesh.ts';
import { resourceJson } from '../testing/snapshot-json.ts';

const group = `apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: order, namespace: shop }
spec: { metadata: { labels: { app: order } }, template: { serviceAccount: order } }
`;

/** @param settings annotations of "config.linkerd.io/". */
const pod = (settings: Readonly<Record<string, string>>, probed: number | string = 'admin'): string => {
  const annotations = Object.entries(settings).map(([name, value]) => `config.linkerd.io/${name}: '${value}'`);
  return `---
apiVersion: v1
kind: Pod
metadata: { name: order-1, namespace: shop, labels: { app: order }, annotations: { ${annotations.join(', ')} } }
spec:
  serviceAccountName: order
  containers:
    - name: order
      ports: [{ name: admin, containerPort: 9990 }]
      readinessProbe: { httpGet: { path: /ready, port: ${probed} } }
`;
};

const server = (port: number | string): string => `---
apiVersion: policy.linkerd.io/v1beta3
kind: Server
metadata: { name: s, namespace: shop }
spec: { podSelector: { matchLabels: { app: order } }, port: ${port} }
`;

/** A PeerAuthentication of one port. */
const peer = (port: number, mode = 'STRICT'): string => `---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: p, namespace: shop }
spec: { selector: { matchLabels: { app: order } }, portLevelMtls: { ${port}: { mode: ${mode} } } }
`;

const target = (port: string, rules = '[]'): string => `---
apiVersion: access.smi-spec.io/v1alpha3
kind: TrafficTarget
metadata: { name: t, namespace: shop }
spec:
  destination: { kind: ServiceAccount, name: order, namespace: shop${port} }
  sources: [{ kind: ServiceAccount, name: user, namespace: shop }]
  rules: ${rules}
---
apiVersion: specs.smi-spec.io/v1alpha4
kind: TCPRoute
metadata: { name: admin, namespace: shop }
spec: { matches: { ports: [9100, 9101] } }
`;

interface FilterChain {
  readonly filter_chain_match?: { readonly destination_port?: number };
}

/** The chains of captured connections to a Pod that no Service leads to, as JSON by port; undefined: of all other ports. */
function captured(yaml: string) {
  const mesh = createTestMesh({ 'base.yaml': group, 'l.yaml': yaml });
  const proxy = mesh.proxy('order');
  const id = 'sidecar~10.1.0.5~order-1.shop~shop.svc.cluster.local';
  const place = { id, workloadGroup: '', address: '10.1.0.5', addresses: ['10.1.0.5'], ingress: [] };
  const snapshot = compile(mesh.input(), {
    ...proxy,
    ...place,
    egressProxy: undefined,
    interception: 'REDIRECT' as const,
  });
  const listener = resourceJson(snapshot, 'listener', 'virtualInbound') as unknown as {
    readonly filter_chains: readonly FilterChain[];
  };
  const chains = new Map<number | undefined, string>();
  for (const chain of listener.filter_chains) {
    const port = chain.filter_chain_match?.destination_port;
    chains.set(port, (chains.get(port) ?? '') + JSON.stringify(chain));
  }
  return { chains, notices: snapshot.notices };
}

describe('a captured port that no Service has', () => {
  it.each([9990, 'admin'])('is under the Server that names it: %s', (port) => {
    const { chains } = captured(pod({}) + server(port));
    expect(chains.get(9990)).toContain('linkerd-server[shop/s]');
    expect(chains.get(undefined)).not.toContain('linkerd-server[shop/s]');
  });

  it.each([9990, 'admin', 9991])('is open to the probes of the Pod: %s', (probed) => {
    const { chains } = captured(pod({ 'default-inbound-policy': 'deny' }, probed));
    const port = probed === 'admin' ? 9990 : Number(probed);
    expect(chains.get(port)).toContain('linkerd-workload[probe]');
    expect(chains.get(port)).toContain('"exact":"/ready"');
    expect(chains.get(undefined)).not.toContain('linkerd-workload[probe]');
  });

  it.each([
    ['STRICT', ['"transport_protocol":"tls"'], ['"transport_protocol":"raw_buffer"']],
    ['DISABLE', ['"transport_protocol":"raw_buffer"'], ['transport_socket']],
  ])('takes TLS as portLevelMtls says for it: %s', (mode, has, hasNot) => {
    const { chains } = captured(peer(9990, mode));
    for (const text of [...has, 'InboundPassthroughCluster']) expect(chains.get(9990)).toContain(text);
    for (const text of hasNot) expect(chains.get(9990)).not.toContain(text);
    expect(chains.get(undefined)).toContain('"transport_protocol":"raw_buffer"');
    expect(chains.get(undefined)).toContain('transport_socket');
  });

  it.each([
    [', port: 9990', '[]', [9990]],
    ['', '[{ kind: TCPRoute, name: admin }]', [9100, 9101]],
  ])('is what a TrafficTarget grants by number: %s %s', (port, rules, granted) => {
    const { chains } = captured(target(port, rules));
    const caller = 'ns/shop/sa/user';
    for (const one of granted) expect(chains.get(one)).toContain(caller);
    expect(chains.get(undefined)).not.toContain(caller);
    expect(chains.get(undefined)).toContain('rbac');
  });

  it('has no chain of its own where everyone may come', () => {
    expect([...captured(pod({})).chains.keys()]).toEqual([15006, undefined]);
  });
});

describe('skip-inbound-ports', () => {
  it('of a wide range hold for every port that a Server or a PeerAuthentication names', () => {
    const { chains, notices } = captured(
      pod({ 'skip-inbound-ports': '1-9990', 'default-inbound-policy': 'deny' }) + server('admin') + peer(9000),
    );
    expect(chains.get(9990)).not.toContain('rbac');
    expect(chains.get(9990)).toContain('tcp_proxy');
    expect(chains.get(9000)).not.toContain('rbac');
    expect(chains.get(9000)).toContain('"transport_protocol":"tls"');
    expect(chains.get(9000)).not.toContain('"transport_protocol":"raw_buffer"');
    expect(chains.get(256)).not.toContain('rbac');
    expect(chains.has(257)).toBe(false);
    expect(notices).toEqual([
      'l.yaml:4 Pod shop/order-1 config.linkerd.io/skip-inbound-ports: of the ports that no Service, Server or PeerAuthentication names the first 256 are skipped; the others are taken as any port that nobody declared',
    ]);
  });

  it('of 256 ports are told nothing of', () => {
    const { chains, notices } = captured(pod({ 'skip-inbound-ports': '9-256,9000-9007' }));
    expect(chains.has(9007)).toBe(true);
    expect(notices).toEqual([]);
  });
});

it('notices of an authorizer that is not there are told of captured ports too', () => {
  const { notices } = captured(`---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: asked, namespace: shop }
spec: { action: CUSTOM, provider: { name: nobody }, rules: [{}] }
`);
  expect(notices).toEqual([
    'l.yaml:5 AuthorizationPolicy shop/asked provider: the mesh configuration has no external authorizer called "nobody"; requests that its rules match are denied',
  ]);
});
