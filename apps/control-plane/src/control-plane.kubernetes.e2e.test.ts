/** The control plane in a real cluster: its pods, its webhook, its leader, and a rule of kubectl in force at once. */

import { spawn, spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { delay, systemClock } from '@weft/kernel';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';

const root = resolve(import.meta.dirname, '../../..');
const namespace = 'weft-e2e';
const inForceMs = 2_000;

function kubectl(args: readonly string[], input?: string): { status: number | null; out: string } {
  const result = spawnSync('kubectl', args, { cwd: root, encoding: 'utf8', input, timeout: 200_000 });
  return { status: result.status, out: `${result.stdout}${result.stderr}` };
}

function mustKubectl(args: readonly string[], input?: string): string {
  const { status, out } = kubectl(args, input);
  if (status === 0) return out;
  const told = ['istio-system', namespace].map((where) => {
    const pods = kubectl(['-n', where, 'get', 'pods', '-o', 'wide']).out;
    const selector = where === namespace ? [] : ['-l', 'app=weft-control-plane'];
    const logs = selector.length === 0 ? '' : kubectl(['-n', where, 'logs', '--tail=30', ...selector]).out;
    return `${pods}\n${logs}`;
  });
  throw new Error(`kubectl ${args.join(' ')}\n${out}\n${told.join('\n')}`);
}

/** A kustomization with the image under test in the place of its own. */
function manifests(folder: string): string {
  return mustKubectl(['kustomize', folder]).replaceAll('image: weft:dev', `image: ${process.env['WEFT_IMAGE'] ?? ''}`);
}

const virtualService = (v1: number, v2: number): string => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: echo, namespace: ${namespace} }
spec:
  hosts: [echo]
  http:
    - route:
        - { destination: { host: echo, subset: v1 }, weight: ${v1} }
        - { destination: { host: echo, subset: v2 }, weight: ${v2} }
`;

beforeAll(() => {
  // What an earlier run left, and pods of its image, would be judged in the place of ours.
  mustKubectl(['delete', 'namespace', namespace, '--ignore-not-found']);
  mustKubectl(['apply', '-f', '-'], manifests('infra/kubernetes/base'));
  mustKubectl(['-n', 'istio-system', 'rollout', 'restart', 'deployment/weft-control-plane']);
  mustKubectl(['-n', 'istio-system', 'rollout', 'status', 'deployment/weft-control-plane', '--timeout=120s']);
  mustKubectl(['apply', '-f', 'infra/kubernetes/gateway-api/crds.yaml']);
  mustKubectl(['wait', '--for=condition=Established', 'crd/virtualservices.networking.istio.io', '--timeout=30s']);
  mustKubectl(['apply', '-f', '-'], manifests('infra/kubernetes/e2e'));
  for (const name of ['echo-v1', 'echo-v2', 'client']) {
    mustKubectl(['-n', namespace, 'rollout', 'status', `deployment/${name}`, '--timeout=120s']);
  }
});

afterAll(() => {
  if (process.env['WEFT_KEEP_CLUSTER'] !== undefined) return;
  kubectl(['delete', 'namespace', namespace, '--wait=false']);
  kubectl(['delete', '-k', 'infra/kubernetes/base', '--wait=false']);
});

interface Change {
  readonly at: number;
  readonly seen: string;
}

/** What the client sees from now on. */
function follow(): {
  readonly changes: Change[];
  until(holds: (changes: readonly Change[]) => boolean): Promise<void>;
} {
  const changes: Change[] = [];
  const logs = spawn('kubectl', ['-n', namespace, 'logs', '-f', '--tail=1', 'deployment/client', '-c', 'client']);
  let check = (): void => {};
  createInterface({ input: logs.stdout }).on('line', (line) => {
    changes.push(JSON.parse(line) as Change);
    check();
  });
  onTestFinished(() => void logs.kill());
  return {
    changes,
    until: (holds) =>
      new Promise((done) => {
        check = () => {
          if (holds(changes)) done();
        };
        check();
      }),
  };
}

test('pods with sidecars reach one another by what EndpointSlices say, over mutual TLS alone', async () => {
  const { until } = follow();
  await until((changes) => ['v1', 'v2'].every((version) => changes.some(({ seen }) => seen === version)));
  const address = mustKubectl([
    '-n',
    namespace,
    'get',
    'pod',
    '-l',
    'app=echo',
    '-o',
    'jsonpath={.items[0].status.podIP}',
  ]);
  const script = `require('net').connect(21003,'${address}').on('data',()=>{console.log('answered');process.exit()}).on('close',()=>console.log('closed')).write('GET / HTTP/1.1\\r\\nhost: echo\\r\\n\\r\\n')`;
  const out = mustKubectl(['-n', namespace, 'exec', 'deploy/client', '-c', 'client', '--', 'node', '-e', script]);
  expect(out.trim()).toBe('closed');
});

test.each([
  ['v2', 0, 100],
  ['v1', 100, 0],
])('a VirtualService that kubectl applies is in force within two seconds: all to %s', async (version, v1, v2) => {
  const { changes, until } = follow();
  mustKubectl(['apply', '-f', '-'], virtualService(v1, v2));
  const appliedAt = Date.now();
  await delay(systemClock, inForceMs + 1_000);
  await until((all) => all.length > 0);
  const last = changes.at(-1);
  console.log(`in force ${Math.max(0, (last?.at ?? 0) - appliedAt)} ms after kubectl returned`);
  expect(last?.seen).toBe(version);
  expect(last?.at).toBeLessThan(appliedAt + inForceMs);
});

test('the webhook refuses what the mesh would refuse, with its words, and shows warnings', () => {
  const wrong = virtualService(50, 50).replace('http:', 'htpp: []\n  http:');
  const { status, out } = kubectl(['apply', '-f', '-'], wrong);
  expect(status).not.toBe(0);
  expect(out).toContain('unknown field "htpp"; did you mean "http"?');
  const { out: warned } = kubectl(['apply', '-f', '-'], virtualService(0, 0));
  expect(warned).toMatch(/Warning|denied/);
});

test('one replica leads, and tells in its status that a route of the Gateway API is in force', async () => {
  mustKubectl(
    ['apply', '-f', '-'],
    `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: echo, namespace: ${namespace} }
spec:
  parentRefs: [{ group: "", kind: Service, name: echo, port: 80 }]
  rules: [{ backendRefs: [{ name: echo, port: 80 }] }]
`,
  );
  const path = '{.status.parents[0].conditions[?(@.type=="Accepted")].status}';
  mustKubectl(['-n', namespace, 'wait', '--for', `jsonpath=${path}=True`, 'httproute/echo', '--timeout=60s']);
  const holder = ['-n', 'istio-system', 'get', 'lease', 'weft-control-plane', '-o', 'jsonpath={.spec.holderIdentity}'];
  expect(mustKubectl(holder)).toContain('weft-control-plane-');
});

test('the traffic goes on while the replica that leads dies and another takes its place', async () => {
  const holder = (): string =>
    mustKubectl(['-n', 'istio-system', 'get', 'lease', 'weft-control-plane', '-o', 'jsonpath={.spec.holderIdentity}']);
  const before = holder();
  const { changes } = follow();
  mustKubectl(['-n', 'istio-system', 'delete', 'pod', before.split('_')[0] ?? '', '--grace-period=0', '--force']);
  while (['', before].includes(holder())) await delay(systemClock, 500);
  expect(changes.map(({ seen }) => seen).filter((seen) => seen !== 'v1' && seen !== 'v2')).toEqual([]);
});
