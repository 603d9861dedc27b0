import { describe, expect, it } from 'vitest';
import { defaultMeshConfig } from '../mesh-config/defaults.ts';
import { createModel } from '../model.ts';
import { parseDocuments } from '../parse.ts';
import {
  byIngressPrecedence,
  type Ingress,
  ingressRules,
  ingressSelector,
  ingressServers,
  isOurIngress,
} from './ingress.ts';

const backend = '{ service: { name: web, port: { number: 80 } } }';

const ingressOf = (spec: string, annotations = '{}'): Ingress => {
  const text = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: i, namespace: shop, annotations: ${annotations} }
spec: { ${spec} }
`;
  const { resources, violations } = parseDocuments('i.yaml', text);
  expect(violations).toEqual([]);
  return resources[0] as Ingress;
};

const pathsOf = (...paths: readonly (readonly [string, string])[]): string =>
  `rules: [{ http: { paths: [${paths.map(([type, path]) => `{ pathType: ${type}, path: "${path}", backend: ${backend} }`).join(', ')}] } }]`;

const rulesOf = (spec: string) => ingressRules(createModel([]), ingressOf(spec), 'cluster.local');

describe('an Ingress is ours', () => {
  const annotated = (value: string): string => `{ kubernetes.io/ingress.class: "${value}" }`;

  it.each([
    ['by our class', 'ingressClassName: istio', '{}', 'STRICT', true],
    ['by the class of this mesh', 'ingressClassName: weft', '{}', 'STRICT', true],
    ['by its annotation', '', annotated('istio'), 'STRICT', true],
    ['not by another class', 'ingressClassName: nginx', '{}', 'DEFAULT', false],
    ['not by another annotation', '', annotated('nginx'), 'DEFAULT', false],
    ['not without class', '', '{}', 'STRICT', false],
    ['without class in mode DEFAULT', '', '{}', 'DEFAULT', true],
    ['never in mode OFF', 'ingressClassName: istio', '{}', 'OFF', false],
  ] as const)('%s', (_, written, annotations, ingressControllerMode, expected) => {
    const ingress = ingressOf([written, `defaultBackend: ${backend}`].filter(Boolean).join(', '), annotations);
    expect(isOurIngress(ingress, { ...defaultMeshConfig, ingressControllerMode })).toBe(expected);
  });
});

it.each([
  ['', 'istio-ingressgateway', 'ingressgateway'],
  ['', '', 'ingressgateway'],
  ['', 'doors', 'doors'],
  ['mine', 'doors', 'mine'],
])('selector "%s" and service "%s" mean gateways with the label %s', (selector, service, label) => {
  const settings = { ...defaultMeshConfig, ingressSelector: selector, ingressService: service };
  expect(ingressSelector(settings)).toEqual({ istio: label });
});

it('a server ends TLS for each entry with a Secret, and one takes port 80', () => {
  const servers = ingressServers(
    ingressOf(`defaultBackend: ${backend}, tls: [{ hosts: [a.example] }, { secretName: s }]`),
  );
  expect(servers.map(({ port, hosts, path }) => [port.number, hosts, path])).toEqual([
    [443, ['*'], 'spec.tls[1]'],
    [80, ['*'], 'spec'],
  ]);
});

it.each([
  ['Exact', '/a/', { uri: { exact: '/a/' } }],
  ['Prefix', '/a/', { pathPrefix: '/a' }],
  ['Prefix', '/', undefined],
  ['ImplementationSpecific', '/a', { uri: { exact: '/a' } }],
  ['ImplementationSpecific', '/a/*', { pathPrefix: '/a' }],
  ['ImplementationSpecific', '/a.*', { pathPrefix: '/a' }],
  ['ImplementationSpecific', '/*', undefined],
])('%s %s', (type, path, match) => {
  const [set] = rulesOf(pathsOf([type, path]));
  expect(set?.rules[0]?.rule.match?.[0]).toEqual(match);
});

it('the longer path comes first, of equal ones the exact one, and the default backend last, for every host', () => {
  const sets = rulesOf(
    `${pathsOf(['Prefix', '/'], ['Prefix', '/a'], ['Exact', '/a'], ['Exact', '/abc'])}, defaultBackend: ${backend}`,
  );
  expect(sets.map(({ host }) => host)).toEqual(['*']);
  expect(byIngressPrecedence(sets[0]?.rules ?? []).map(({ path }) => path.replace('spec.rules[0].http.', ''))).toEqual([
    'paths[3]',
    'paths[2]',
    'paths[1]',
    'paths[0]',
    'spec.defaultBackend',
  ]);
});

it('a port by a name that the Service does not have is answered 500', () => {
  const [set] = rulesOf('defaultBackend: { service: { name: web, port: { name: gone } } }');
  expect(set?.rules[0]?.rule).toEqual({ directResponse: { status: 500 } });
});
