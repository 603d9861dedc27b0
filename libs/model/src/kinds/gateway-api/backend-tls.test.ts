import { describe, expect, it } from 'vitest';
import { createModel } from '../../model.ts';
import { parseDocuments } from '../../parse.ts';
import { backendTlsPolicies, backendTlsPolicyOf, backendTlsPolicyStatus } from './backend-tls.ts';

const service = `apiVersion: v1
kind: Service
metadata: { name: card, namespace: shop }
spec: { ports: [{ name: http, port: 80 }, { name: grpc, port: 81 }] }
`;

const policy = (name: string, target: string, ca = 'wellKnownCACertificates: System', created = '2024-01-01') =>
  `apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: { name: ${name}, namespace: shop, creationTimestamp: "${created}T00:00:00Z" }
spec: { targetRefs: [{ group: "", kind: Service, ${target} }], validation: { ${ca}, hostname: card.example } }
`;

const modelOf = (...documents: string[]) => {
  const { resources, violations } = parseDocuments('f.yaml', documents.join('---\n'));
  expect(violations).toEqual([]);
  return createModel(resources);
};

const statusOf = (model: ReturnType<typeof modelOf>, name: string) => {
  const found = model.get('BackendTLSPolicy', 'shop', name);
  return found === undefined ? [] : backendTlsPolicyStatus(model, found);
};

describe('of several BackendTLSPolicies', () => {
  const model = modelOf(
    service,
    policy('young', 'name: card', undefined, '2024-01-02'),
    policy('old', 'name: card'),
    policy('port', 'name: card, sectionName: grpc', undefined, '2024-01-03'),
  );

  it('the oldest holds, and one for a port before that for the whole Service', () => {
    const policies = backendTlsPolicies(model);
    expect(backendTlsPolicies(model)).toBe(policies);
    const nameOf = (port: string, name = 'card') =>
      backendTlsPolicyOf(policies, { namespace: 'shop', name }, port)?.name;
    expect([nameOf('http'), nameOf('grpc'), nameOf('http', 'other')]).toEqual(['old', 'port', undefined]);
  });

  it('the others are told that they lost', () => {
    expect(statusOf(model, 'young')[0]?.conditions[0]).toMatchObject({ status: 'False', reason: 'Conflicted' });
    expect(statusOf(model, 'port')[0]).toMatchObject({
      ancestorRef: { group: '', kind: 'Service', namespace: 'shop', name: 'card' },
      conditions: [
        { type: 'Accepted', status: 'True' },
        { type: 'ResolvedRefs', status: 'True' },
      ],
    });
  });
});

it.each([
  ['a target that is not there', 'name: gone', undefined, 'TargetNotFound', 'ResolvedRefs'],
  ['a port that is not there', 'name: card, sectionName: gone', undefined, 'TargetNotFound', 'ResolvedRefs'],
  [
    'no CA that is there',
    'name: card',
    'caCertificateRefs: [{ group: "", kind: ConfigMap, name: gone }]',
    'NoValidCACertificate',
    'InvalidCACertificateRef',
  ],
])('a BackendTLSPolicy with %s is not accepted', (_, target, ca, accepted, resolved) => {
  const model = modelOf(service, policy('p', target, ca));
  expect(statusOf(model, 'p')[0]?.conditions.map(({ reason }) => reason)).toEqual([accepted, resolved]);
});
