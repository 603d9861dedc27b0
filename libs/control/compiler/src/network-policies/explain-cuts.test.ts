import { createManualClock } from '@weft/kernel';
import { createModel, defaultMeshConfig, parseDocuments } from '@weft/model';
import { describe, expect, it } from 'vitest';
import { offlineMesh } from '../plan/offline-mesh.ts';
import { explainCuts } from './explain-cuts.ts';

const pod = (name: string, namespace: string, ip: string): string => `apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: ${namespace}, labels: { app: ${name} } }
spec: { containers: [{ name: c, ports: [{ name: http, containerPort: 8080 }] }] }
status: { podIP: ${ip}, phase: Running, conditions: [{ type: Ready, status: "True" }] }
`;

const policy = (spec: string, name = 'x', namespace = 'shop'): string => `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: ${name}, namespace: ${namespace} }
spec: ${spec}
`;

const base = [pod('order', 'shop', '10.0.0.1'), pod('payment', 'shop', '10.0.0.2'), pod('web', 'web', '10.0.1.1')];

/** What is cut of order → payment:8080, or of web → payment:8080. */
const cuts = (from: string, ...policies: string[]): readonly string[] => {
  const { resources, violations } = parseDocuments('f.yaml', [...base, ...policies].join('---\n'));
  expect(violations).toEqual([]);
  const clock = createManualClock();
  const mesh = offlineMesh(createModel(resources), { mesh: defaultMeshConfig, domain: 'cluster.local', clock });
  const client = mesh.proxies.find(({ workloadName }) => workloadName === from);
  if (client === undefined) throw new Error(`no ${from}`);
  return explainCuts(mesh, client, ['10.0.0.2:8080', '10.9.9.9:80']).map(({ sentence }) => sentence);
};

const payment = 'podSelector: { matchLabels: { app: payment } }';
const cut = ['NetworkPolicy shop/x cuts order → payment:8080'];

describe('a flow of the mesh', () => {
  it.each([
    ['without policies', [], []],
    ['with one for others', [policy('{ podSelector: { matchLabels: { app: order } } }')], []],
    ['into a closed namespace', [policy('{ podSelector: {} }')], cut],
    [
      'from a caller that is let in by label',
      [policy(`{ ${payment}, ingress: [{ from: [{ podSelector: { matchLabels: { app: order } } }] }] }`)],
      [],
    ],
    [
      'from a caller that is not',
      [policy(`{ ${payment}, ingress: [{ from: [{ podSelector: { matchLabels: { app: web } } }] }] }`)],
      cut,
    ],
    [
      'from pods of other namespaces alone',
      [
        policy(
          `{ ${payment}, ingress: [{ from: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: web } } }] }] }`,
        ),
      ],
      cut,
    ],
    ['to a port that is open', [policy(`{ ${payment}, ingress: [{ ports: [{ port: 8000, endPort: 8100 }] }] }`)], []],
    [
      'to another port',
      [policy(`{ ${payment}, ingress: [{ ports: [{ port: 8081 }, { port: 8080, protocol: UDP }] }] }`)],
      cut,
    ],
    ['within a block', [policy(`{ ${payment}, ingress: [{ from: [{ ipBlock: { cidr: 10.0.0.0/24 } }] }] }`)], []],
    [
      'of an address that a block leaves out',
      [policy(`{ ${payment}, ingress: [{ from: [{ ipBlock: { cidr: 10.0.0.0/24, except: [10.0.0.1/32] } }] }] }`)],
      cut,
    ],
    [
      'that the caller may not make',
      [policy('{ podSelector: { matchLabels: { app: order } }, policyTypes: [Egress] }')],
      cut,
    ],
    [
      'that one of two policies lets through',
      [policy('{ podSelector: {}, policyTypes: [Ingress] }', 'y'), policy(`{ ${payment}, ingress: [{}] }`)],
      [],
    ],
    [
      'that two policies cut together',
      [policy('{ podSelector: {} }', 'y'), policy(`{ ${payment} }`)],
      ['NetworkPolicies shop/y, shop/x cut order → payment:8080'],
    ],
  ])('%s', (_, policies, expected) => {
    expect(cuts('order', ...policies)).toEqual(expected);
  });

  it('between namespaces is told with the namespace', () => {
    expect(cuts('web', policy('{ podSelector: {} }'))).toEqual(['NetworkPolicy shop/x cuts web → payment.shop:8080']);
  });
});
